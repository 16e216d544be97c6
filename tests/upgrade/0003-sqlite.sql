BEGIN TRANSACTION;
CREATE TABLE agency (
	id INTEGER NOT NULL, 
	code VARCHAR(64) NOT NULL, 
	kind VARCHAR(32) NOT NULL, 
	valid_from DATE NOT NULL, 
	valid_to DATE, 
	merged_into_id INTEGER, 
	CONSTRAINT pk_agency PRIMARY KEY (id), 
	CONSTRAINT ck_agency_kind CHECK (kind IN ('country', 'ministry', 'province', 'district', 'commune', 'ward', 'special_zone', 'department', 'service_centre', 'service_point', 'unit')), 
	CONSTRAINT ck_agency_period CHECK (valid_to IS NULL OR valid_to > valid_from), 
	CONSTRAINT uq_agency_code UNIQUE (code), 
	CONSTRAINT fk_agency_merged_into_id FOREIGN KEY(merged_into_id) REFERENCES agency (id)
);
INSERT INTO "agency" VALUES(1,'north','province','2025-07-01',NULL,NULL);
INSERT INTO "agency" VALUES(2,'north-1','commune','2025-07-01',NULL,NULL);
INSERT INTO "agency" VALUES(3,'north-2','ward','2025-07-01',NULL,NULL);
INSERT INTO "agency" VALUES(4,'south','province','2025-07-01','2026-06-01',1);
INSERT INTO "agency" VALUES(5,'south-1','commune','2025-07-01',NULL,NULL);
CREATE TABLE agency_name (
	id INTEGER NOT NULL, 
	agency_id INTEGER NOT NULL, 
	language VARCHAR(35) NOT NULL, 
	name VARCHAR(255) NOT NULL, 
	valid_from DATE NOT NULL, 
	valid_to DATE, 
	CONSTRAINT pk_agency_name PRIMARY KEY (id), 
	CONSTRAINT uq_agency_name_agency_id_language_valid_from UNIQUE (agency_id, language, valid_from), 
	CONSTRAINT ck_agency_name_period CHECK (valid_to IS NULL OR valid_to > valid_from), 
	CONSTRAINT fk_agency_name_agency_id FOREIGN KEY(agency_id) REFERENCES agency (id)
);
INSERT INTO "agency_name" VALUES(1,1,'vi','Tỉnh Bắc','2025-07-01','2026-06-01');
INSERT INTO "agency_name" VALUES(2,1,'en','North Province','2025-07-01',NULL);
INSERT INTO "agency_name" VALUES(3,2,'vi','Xã Bắc Một','2025-07-01',NULL);
INSERT INTO "agency_name" VALUES(4,2,'en','North One','2025-07-01',NULL);
INSERT INTO "agency_name" VALUES(5,3,'vi','Phường Bắc Hai','2025-07-01',NULL);
INSERT INTO "agency_name" VALUES(6,3,'en','North Two','2025-07-01',NULL);
INSERT INTO "agency_name" VALUES(7,4,'vi','Tỉnh Nam','2025-07-01','2026-06-01');
INSERT INTO "agency_name" VALUES(8,4,'en','South Province','2025-07-01','2026-06-01');
INSERT INTO "agency_name" VALUES(9,5,'vi','Xã Nam Một','2025-07-01',NULL);
INSERT INTO "agency_name" VALUES(10,5,'en','South One','2025-07-01',NULL);
INSERT INTO "agency_name" VALUES(11,1,'vi','Thành phố Bắc','2026-06-01',NULL);
CREATE TABLE agency_parent (
	id INTEGER NOT NULL, 
	agency_id INTEGER NOT NULL, 
	parent_id INTEGER NOT NULL, 
	valid_from DATE NOT NULL, 
	valid_to DATE, 
	CONSTRAINT pk_agency_parent PRIMARY KEY (id), 
	CONSTRAINT uq_agency_parent_agency_id_valid_from UNIQUE (agency_id, valid_from), 
	CONSTRAINT ck_agency_parent_period CHECK (valid_to IS NULL OR valid_to > valid_from), 
	CONSTRAINT ck_agency_parent_not_itself CHECK (agency_id <> parent_id), 
	CONSTRAINT fk_agency_parent_agency_id FOREIGN KEY(agency_id) REFERENCES agency (id), 
	CONSTRAINT fk_agency_parent_parent_id FOREIGN KEY(parent_id) REFERENCES agency (id)
);
INSERT INTO "agency_parent" VALUES(1,2,1,'2025-07-01',NULL);
INSERT INTO "agency_parent" VALUES(2,3,1,'2025-07-01',NULL);
INSERT INTO "agency_parent" VALUES(3,5,4,'2025-07-01','2026-06-01');
INSERT INTO "agency_parent" VALUES(4,5,1,'2026-06-01',NULL);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0003');
CREATE TABLE collector (
	id INTEGER NOT NULL, 
	code VARCHAR(64) NOT NULL, 
	wave_id INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	agency_id INTEGER NOT NULL, 
	label VARCHAR(255) NOT NULL, 
	mode VARCHAR(16) NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	day DATE, 
	CONSTRAINT pk_collector PRIMARY KEY (id), 
	CONSTRAINT uq_collector_wave_id_number UNIQUE (wave_id, number), 
	CONSTRAINT ck_collector_mode CHECK (mode IN ('kiosk', 'qr', 'invitation', 'interviewer', 'paper', 'import')), 
	CONSTRAINT ck_collector_state CHECK (state IN ('open', 'revoked')), 
	CONSTRAINT ck_collector_number CHECK (number >= 1), 
	CONSTRAINT uq_collector_code UNIQUE (code), 
	CONSTRAINT fk_collector_wave_id FOREIGN KEY(wave_id) REFERENCES wave (id), 
	CONSTRAINT fk_collector_agency_id FOREIGN KEY(agency_id) REFERENCES agency (id)
);
INSERT INTO "collector" VALUES(1,'6mxvt4a5ht',1,1,2,'Quầy 1','kiosk','open','2026-03-02');
INSERT INTO "collector" VALUES(2,'ghpev85h2y',1,2,5,'Quầy 2','qr','revoked',NULL);
CREATE TABLE instrument_version (
	id INTEGER NOT NULL, 
	code VARCHAR(64) NOT NULL, 
	version INTEGER NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	document JSON NOT NULL, 
	CONSTRAINT pk_instrument_version PRIMARY KEY (id), 
	CONSTRAINT uq_instrument_version_code_version UNIQUE (code, version), 
	CONSTRAINT ck_instrument_version_version CHECK (version >= 1)
);
INSERT INTO "instrument_version" VALUES(1,'tiny',1,'609c7abb5872aba75759324fdafc553184f2cd2beeec33e1b06c1ca1610e966f','{"code":"tiny","version":1,"kind":"survey","audience":"citizen","title":{"vi":"Phiếu nhỏ","en":"Small form"},"source":"Made for tests","languages":["vi","en"],"scales":{"satisfaction":{"options":[{"code":"1","label":{"vi":"Rất không hài lòng","en":"Very dissatisfied"},"value":1.0},{"code":"2","label":{"vi":"Bình thường","en":"Neither"},"value":2.0},{"code":"3","label":{"vi":"Rất hài lòng","en":"Very satisfied"},"value":3.0},{"code":"na","label":{"vi":"Không áp dụng","en":"Does not apply"},"missing":"not_applicable"}],"satisfied":["3"]}},"sections":[{"code":"visit","title":{"vi":"Chuyến đi","en":"Visit"},"items":[{"code":"visited","text":{"vi":"Ông/bà đã đến quầy?","en":"Did you visit the counter?"},"options":[{"code":"yes","label":{"vi":"Có","en":"Yes"}},{"code":"no","label":{"vi":"Không","en":"No"}}],"role":"screening"},{"code":"seats","text":{"vi":"Chỗ ngồi","en":"Seats"},"scale":"satisfaction","show_if":"visited == ''yes''"},{"code":"polite","text":{"vi":"Lịch sự","en":"Polite"},"scale":"satisfaction"},{"code":"result","text":{"vi":"Kết quả","en":"Result"},"scale":"satisfaction"},{"code":"heard","text":{"vi":"Nguồn tin","en":"Heard from"},"type":"multi","options":[{"code":"tv","label":{"vi":"Ti vi","en":"Television"}},{"code":"net","label":{"vi":"Internet","en":"Internet"}}],"role":"profile"},{"code":"words","text":{"vi":"Góp ý","en":"Comment"},"type":"text","role":"open"}]}],"indices":[{"code":"service","title":{"vi":"Dịch vụ","en":"Service"},"items":["seats","polite","result"],"score":"top_box","aggregate":"pooled_answers"}]}');
CREATE TABLE release (
	id INTEGER NOT NULL, 
	wave_id INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	published_on DATE NOT NULL, 
	language VARCHAR(35) NOT NULL, 
	folder VARCHAR(255) NOT NULL, 
	results_sha256 VARCHAR(64) NOT NULL, 
	snapshot_sha256 VARCHAR(64) NOT NULL, 
	code_version VARCHAR(32) NOT NULL, 
	CONSTRAINT pk_release PRIMARY KEY (id), 
	CONSTRAINT uq_release_wave_id_number UNIQUE (wave_id, number), 
	CONSTRAINT ck_release_number CHECK (number >= 1), 
	CONSTRAINT fk_release_wave_id FOREIGN KEY(wave_id) REFERENCES wave (id)
);
INSERT INTO "release" VALUES(1,1,1,'2026-06-01','vi','releases/1','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','7c85d54784b563a9b4d4d9935e322b988e8401cf1e87c0f0625a32c592e232b3','0.1.0');
CREATE TABLE response (
	id INTEGER NOT NULL, 
	response_id VARCHAR(36) NOT NULL, 
	wave_id INTEGER NOT NULL, 
	collector_id INTEGER NOT NULL, 
	instrument_version_id INTEGER NOT NULL, 
	language VARCHAR(35) NOT NULL, 
	mode VARCHAR(16) NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	answers JSON NOT NULL, 
	answers_sha256 VARCHAR(64) NOT NULL, 
	receipt VARCHAR(16) NOT NULL, 
	started_at DATETIME, 
	submitted_at DATETIME, 
	received_on DATE NOT NULL, 
	device_token VARCHAR(64), 
	CONSTRAINT pk_response PRIMARY KEY (id), 
	CONSTRAINT ck_response_mode CHECK (mode IN ('kiosk', 'qr', 'invitation', 'interviewer', 'paper', 'import')), 
	CONSTRAINT ck_response_state CHECK (state IN ('counted', 'late')), 
	CONSTRAINT uq_response_response_id UNIQUE (response_id), 
	CONSTRAINT fk_response_wave_id FOREIGN KEY(wave_id) REFERENCES wave (id), 
	CONSTRAINT fk_response_collector_id FOREIGN KEY(collector_id) REFERENCES collector (id), 
	CONSTRAINT fk_response_instrument_version_id FOREIGN KEY(instrument_version_id) REFERENCES instrument_version (id)
);
INSERT INTO "response" VALUES(1,'00000000-0000-0000-0000-000000000001',1,1,1,'vi','kiosk','counted','{"polite":"3","words":"Tốt, cảm ơn!"}','db9c702f0b1d89370ec310c88d50b584807d489090f94d898a4b4c2f58bd7233','28GW-43FM','2026-03-02 01:00:00.000000','2026-03-02 01:00:00.000000','2026-03-02',NULL);
INSERT INTO "response" VALUES(2,'00000000-0000-0000-0000-000000000002',1,2,1,'vi','qr','counted','{"polite":"na","heard":["tv","net"]}','487bc0e78a7c0408449205cf0114b460d8ea6a16e9cc82b9a6db66e0a5766166','ZZ8Q-RNR8','2026-03-02 01:00:00.000000','2026-03-02 01:00:00.000000','2026-03-02',NULL);
INSERT INTO "response" VALUES(3,'00000000-0000-0000-0000-000000000003',1,1,1,'vi','kiosk','late','{"visited":"yes","seats":"3","polite":"2","result":"na","heard":["tv"]}','73732af699914b58aa7de70a3cee1c535865ce52472d92dc9036575fac1dcb36','BGHE-BRN3','2026-03-02 01:00:00.000000','2026-03-02 01:00:00.000000','2026-03-20',NULL);
CREATE TABLE sample_point (
	collector_id INTEGER NOT NULL, 
	stratum VARCHAR(64), 
	clusters JSON NOT NULL, 
	fpc JSON NOT NULL, 
	base_weight DOUBLE NOT NULL, 
	CONSTRAINT pk_sample_point PRIMARY KEY (collector_id), 
	CONSTRAINT ck_sample_point_base_weight CHECK (base_weight > 0), 
	CONSTRAINT fk_sample_point_collector_id FOREIGN KEY(collector_id) REFERENCES collector (id)
);
INSERT INTO "sample_point" VALUES(1,'01','["north-1","a"]','[40,20]',12.5);
INSERT INTO "sample_point" VALUES(2,'02','["south-1","b"]','[30,9]',7.25);
CREATE TABLE survey (
	id INTEGER NOT NULL, 
	code VARCHAR(64) NOT NULL, 
	title JSON NOT NULL, 
	CONSTRAINT pk_survey PRIMARY KEY (id), 
	CONSTRAINT uq_survey_code UNIQUE (code)
);
INSERT INTO "survey" VALUES(1,'citizens','{"vi":"Người dân","en":"Citizens"}');
CREATE TABLE user_account (
	id INTEGER NOT NULL, 
	email VARCHAR(255) NOT NULL, 
	name VARCHAR(255) NOT NULL, 
	password_hash VARCHAR(255) NOT NULL, 
	active BOOLEAN NOT NULL, 
	CONSTRAINT pk_user_account PRIMARY KEY (id), 
	CONSTRAINT uq_user_account_email UNIQUE (email)
);
INSERT INTO "user_account" VALUES(1,'an@example.org','Nguyễn Thị An','none',1);
CREATE TABLE wave (
	id INTEGER NOT NULL, 
	survey_id INTEGER NOT NULL, 
	code VARCHAR(64) NOT NULL, 
	title JSON NOT NULL, 
	instrument_version_id INTEGER NOT NULL, 
	tree_date DATE NOT NULL, 
	wave_kind VARCHAR(16) NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	opens_at DATETIME, 
	closes_at DATETIME, 
	late_until DATETIME, 
	languages JSON NOT NULL, 
	layout VARCHAR(16) NOT NULL, 
	threshold INTEGER NOT NULL, 
	level DOUBLE NOT NULL, 
	combine VARCHAR(16) NOT NULL, 
	frozen_at DATETIME, 
	snapshot_path VARCHAR(255), 
	snapshot_sha256 VARCHAR(64), 
	snapshot_rows INTEGER, 
	CONSTRAINT pk_wave PRIMARY KEY (id), 
	CONSTRAINT uq_wave_survey_id_code UNIQUE (survey_id, code), 
	CONSTRAINT ck_wave_wave_kind CHECK (wave_kind IN ('probability', 'census', 'volunteer')), 
	CONSTRAINT ck_wave_state CHECK (state IN ('planned', 'open', 'closed')), 
	CONSTRAINT ck_wave_layout CHECK (layout IN ('one_page', 'sections')), 
	CONSTRAINT ck_wave_combine CHECK (combine IN ('pooled', 'population', 'equal')), 
	CONSTRAINT ck_wave_threshold CHECK (threshold >= 1), 
	CONSTRAINT ck_wave_level CHECK (level > 0 AND level < 1), 
	CONSTRAINT ck_wave_closes_after_opening CHECK (closes_at > opens_at), 
	CONSTRAINT ck_wave_late_after_close CHECK (late_until >= closes_at), 
	CONSTRAINT ck_wave_closed_has_late_until CHECK (state <> 'closed' OR late_until IS NOT NULL), 
	CONSTRAINT ck_wave_frozen_is_closed CHECK (frozen_at IS NULL OR state = 'closed'), 
	CONSTRAINT ck_wave_snapshot_is_frozen CHECK (snapshot_sha256 IS NULL OR frozen_at IS NOT NULL), 
	CONSTRAINT ck_wave_snapshot_whole CHECK ((snapshot_path IS NULL) = (snapshot_sha256 IS NULL) AND (snapshot_rows IS NULL) = (snapshot_sha256 IS NULL)), 
	CONSTRAINT fk_wave_survey_id FOREIGN KEY(survey_id) REFERENCES survey (id), 
	CONSTRAINT fk_wave_instrument_version_id FOREIGN KEY(instrument_version_id) REFERENCES instrument_version (id)
);
INSERT INTO "wave" VALUES(1,1,'2026','{"vi":"Đợt 2026","en":"Wave 2026"}',1,'2026-03-01','probability','closed','2026-03-02 01:00:00.000000','2026-03-20 10:00:00.000000','2026-03-27 10:00:00.000000','["vi","en"]','one_page',10,0.95,'pooled','2026-03-20 10:00:00.000000','citizens-2026-7c85d54784b5.parquet','7c85d54784b563a9b4d4d9935e322b988e8401cf1e87c0f0625a32c592e232b3',2);
INSERT INTO "wave" VALUES(2,1,'2027','{"vi":"Đợt 2026","en":"Wave 2026"}',1,'2026-03-01','volunteer','planned','2027-03-02 01:00:00.000000',NULL,NULL,'["vi","en"]','one_page',10,0.95,'pooled',NULL,NULL,NULL,NULL);
CREATE INDEX ix_agency_merged_into_id ON agency (merged_into_id);
CREATE INDEX ix_agency_parent_parent_id ON agency_parent (parent_id);
CREATE INDEX ix_wave_instrument_version_id ON wave (instrument_version_id);
CREATE INDEX ix_collector_agency_id ON collector (agency_id);
CREATE INDEX ix_response_wave_id_state ON response (wave_id, state);
CREATE INDEX ix_response_collector_id ON response (collector_id);
CREATE TRIGGER instrument_version_frozen BEFORE UPDATE ON instrument_version
            WHEN EXISTS (SELECT 1 FROM response WHERE instrument_version_id = OLD.id)
            BEGIN
                SELECT RAISE(ABORT, 'This instrument version has responses and cannot change; register a new version.');
            END;
COMMIT;
