CREATE FUNCTION public.refuse_change_of_answered_instrument() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            IF EXISTS (SELECT 1 FROM response WHERE instrument_version_id = OLD.id) THEN
                RAISE EXCEPTION 'This instrument version has responses and cannot change; register a new version.';
            END IF;
            RETURN NEW;
        END
        $$;
CREATE TABLE public.agency (
    id integer NOT NULL,
    code character varying(64) NOT NULL,
    kind character varying(32) NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    merged_into_id integer,
    CONSTRAINT ck_agency_kind CHECK (((kind)::text = ANY ((ARRAY['country'::character varying, 'ministry'::character varying, 'province'::character varying, 'district'::character varying, 'commune'::character varying, 'ward'::character varying, 'special_zone'::character varying, 'department'::character varying, 'service_centre'::character varying, 'service_point'::character varying, 'unit'::character varying])::text[]))),
    CONSTRAINT ck_agency_period CHECK (((valid_to IS NULL) OR (valid_to > valid_from)))
);
CREATE SEQUENCE public.agency_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.agency_id_seq OWNED BY public.agency.id;
CREATE TABLE public.agency_name (
    id integer NOT NULL,
    agency_id integer NOT NULL,
    language character varying(35) NOT NULL,
    name character varying(255) NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    CONSTRAINT ck_agency_name_period CHECK (((valid_to IS NULL) OR (valid_to > valid_from)))
);
CREATE SEQUENCE public.agency_name_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.agency_name_id_seq OWNED BY public.agency_name.id;
CREATE TABLE public.agency_parent (
    id integer NOT NULL,
    agency_id integer NOT NULL,
    parent_id integer NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    CONSTRAINT ck_agency_parent_not_itself CHECK ((agency_id <> parent_id)),
    CONSTRAINT ck_agency_parent_period CHECK (((valid_to IS NULL) OR (valid_to > valid_from)))
);
CREATE SEQUENCE public.agency_parent_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.agency_parent_id_seq OWNED BY public.agency_parent.id;
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.collector (
    id integer NOT NULL,
    code character varying(64) NOT NULL,
    wave_id integer NOT NULL,
    number integer NOT NULL,
    agency_id integer NOT NULL,
    label character varying(255) NOT NULL,
    mode character varying(16) NOT NULL,
    state character varying(16) NOT NULL,
    day date,
    CONSTRAINT ck_collector_mode CHECK (((mode)::text = ANY ((ARRAY['kiosk'::character varying, 'qr'::character varying, 'invitation'::character varying, 'interviewer'::character varying, 'paper'::character varying, 'import'::character varying])::text[]))),
    CONSTRAINT ck_collector_number CHECK ((number >= 1)),
    CONSTRAINT ck_collector_state CHECK (((state)::text = ANY ((ARRAY['open'::character varying, 'revoked'::character varying])::text[])))
);
CREATE SEQUENCE public.collector_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.collector_id_seq OWNED BY public.collector.id;
CREATE TABLE public.instrument_version (
    id integer NOT NULL,
    code character varying(64) NOT NULL,
    version integer NOT NULL,
    sha256 character varying(64) NOT NULL,
    document json NOT NULL,
    CONSTRAINT ck_instrument_version_version CHECK ((version >= 1))
);
CREATE SEQUENCE public.instrument_version_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.instrument_version_id_seq OWNED BY public.instrument_version.id;
CREATE TABLE public.release (
    id integer NOT NULL,
    wave_id integer NOT NULL,
    number integer NOT NULL,
    published_on date NOT NULL,
    language character varying(35) NOT NULL,
    folder character varying(255) NOT NULL,
    results_sha256 character varying(64) NOT NULL,
    snapshot_sha256 character varying(64) NOT NULL,
    code_version character varying(32) NOT NULL,
    CONSTRAINT ck_release_number CHECK ((number >= 1))
);
CREATE SEQUENCE public.release_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.release_id_seq OWNED BY public.release.id;
CREATE TABLE public.response (
    id bigint NOT NULL,
    response_id character varying(36) NOT NULL,
    wave_id integer NOT NULL,
    collector_id integer NOT NULL,
    instrument_version_id integer NOT NULL,
    language character varying(35) NOT NULL,
    mode character varying(16) NOT NULL,
    state character varying(16) NOT NULL,
    answers json NOT NULL,
    answers_sha256 character varying(64) NOT NULL,
    receipt character varying(16) NOT NULL,
    started_at timestamp with time zone,
    submitted_at timestamp with time zone,
    received_on date NOT NULL,
    device_token character varying(64),
    CONSTRAINT ck_response_mode CHECK (((mode)::text = ANY ((ARRAY['kiosk'::character varying, 'qr'::character varying, 'invitation'::character varying, 'interviewer'::character varying, 'paper'::character varying, 'import'::character varying])::text[]))),
    CONSTRAINT ck_response_state CHECK (((state)::text = ANY ((ARRAY['counted'::character varying, 'late'::character varying])::text[])))
);
CREATE SEQUENCE public.response_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.response_id_seq OWNED BY public.response.id;
CREATE TABLE public.sample_point (
    collector_id integer NOT NULL,
    stratum character varying(64),
    clusters json NOT NULL,
    fpc json NOT NULL,
    base_weight double precision NOT NULL,
    CONSTRAINT ck_sample_point_base_weight CHECK ((base_weight > (0)::double precision))
);
CREATE TABLE public.survey (
    id integer NOT NULL,
    code character varying(64) NOT NULL,
    title json NOT NULL
);
CREATE SEQUENCE public.survey_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.survey_id_seq OWNED BY public.survey.id;
CREATE TABLE public.user_account (
    id integer NOT NULL,
    email character varying(255) NOT NULL,
    name character varying(255) NOT NULL,
    password_hash character varying(255) NOT NULL,
    active boolean NOT NULL
);
CREATE SEQUENCE public.user_account_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.user_account_id_seq OWNED BY public.user_account.id;
CREATE TABLE public.wave (
    id integer NOT NULL,
    survey_id integer NOT NULL,
    code character varying(64) NOT NULL,
    title json NOT NULL,
    instrument_version_id integer NOT NULL,
    tree_date date NOT NULL,
    wave_kind character varying(16) NOT NULL,
    state character varying(16) NOT NULL,
    opens_at timestamp with time zone,
    closes_at timestamp with time zone,
    late_until timestamp with time zone,
    languages json NOT NULL,
    layout character varying(16) NOT NULL,
    threshold integer NOT NULL,
    level double precision NOT NULL,
    combine character varying(16) NOT NULL,
    frozen_at timestamp with time zone,
    snapshot_path character varying(255),
    snapshot_sha256 character varying(64),
    snapshot_rows integer,
    CONSTRAINT ck_wave_closed_has_late_until CHECK ((((state)::text <> 'closed'::text) OR (late_until IS NOT NULL))),
    CONSTRAINT ck_wave_closes_after_opening CHECK ((closes_at > opens_at)),
    CONSTRAINT ck_wave_combine CHECK (((combine)::text = ANY ((ARRAY['pooled'::character varying, 'population'::character varying, 'equal'::character varying])::text[]))),
    CONSTRAINT ck_wave_frozen_is_closed CHECK (((frozen_at IS NULL) OR ((state)::text = 'closed'::text))),
    CONSTRAINT ck_wave_late_after_close CHECK ((late_until >= closes_at)),
    CONSTRAINT ck_wave_layout CHECK (((layout)::text = ANY ((ARRAY['one_page'::character varying, 'sections'::character varying])::text[]))),
    CONSTRAINT ck_wave_level CHECK (((level > (0)::double precision) AND (level < (1)::double precision))),
    CONSTRAINT ck_wave_snapshot_is_frozen CHECK (((snapshot_sha256 IS NULL) OR (frozen_at IS NOT NULL))),
    CONSTRAINT ck_wave_snapshot_whole CHECK ((((snapshot_path IS NULL) = (snapshot_sha256 IS NULL)) AND ((snapshot_rows IS NULL) = (snapshot_sha256 IS NULL)))),
    CONSTRAINT ck_wave_state CHECK (((state)::text = ANY ((ARRAY['planned'::character varying, 'open'::character varying, 'closed'::character varying])::text[]))),
    CONSTRAINT ck_wave_threshold CHECK ((threshold >= 1)),
    CONSTRAINT ck_wave_wave_kind CHECK (((wave_kind)::text = ANY ((ARRAY['probability'::character varying, 'census'::character varying, 'volunteer'::character varying])::text[])))
);
CREATE SEQUENCE public.wave_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.wave_id_seq OWNED BY public.wave.id;
ALTER TABLE ONLY public.agency ALTER COLUMN id SET DEFAULT nextval('public.agency_id_seq'::regclass);
ALTER TABLE ONLY public.agency_name ALTER COLUMN id SET DEFAULT nextval('public.agency_name_id_seq'::regclass);
ALTER TABLE ONLY public.agency_parent ALTER COLUMN id SET DEFAULT nextval('public.agency_parent_id_seq'::regclass);
ALTER TABLE ONLY public.collector ALTER COLUMN id SET DEFAULT nextval('public.collector_id_seq'::regclass);
ALTER TABLE ONLY public.instrument_version ALTER COLUMN id SET DEFAULT nextval('public.instrument_version_id_seq'::regclass);
ALTER TABLE ONLY public.release ALTER COLUMN id SET DEFAULT nextval('public.release_id_seq'::regclass);
ALTER TABLE ONLY public.response ALTER COLUMN id SET DEFAULT nextval('public.response_id_seq'::regclass);
ALTER TABLE ONLY public.survey ALTER COLUMN id SET DEFAULT nextval('public.survey_id_seq'::regclass);
ALTER TABLE ONLY public.user_account ALTER COLUMN id SET DEFAULT nextval('public.user_account_id_seq'::regclass);
ALTER TABLE ONLY public.wave ALTER COLUMN id SET DEFAULT nextval('public.wave_id_seq'::regclass);
INSERT INTO public.agency VALUES (1, 'north', 'province', '2025-07-01', NULL, NULL);
INSERT INTO public.agency VALUES (2, 'north-1', 'commune', '2025-07-01', NULL, NULL);
INSERT INTO public.agency VALUES (3, 'north-2', 'ward', '2025-07-01', NULL, NULL);
INSERT INTO public.agency VALUES (5, 'south-1', 'commune', '2025-07-01', NULL, NULL);
INSERT INTO public.agency VALUES (4, 'south', 'province', '2025-07-01', '2026-06-01', 1);
INSERT INTO public.agency_name VALUES (2, 1, 'en', 'North Province', '2025-07-01', NULL);
INSERT INTO public.agency_name VALUES (3, 2, 'vi', 'Xã Bắc Một', '2025-07-01', NULL);
INSERT INTO public.agency_name VALUES (4, 2, 'en', 'North One', '2025-07-01', NULL);
INSERT INTO public.agency_name VALUES (5, 3, 'vi', 'Phường Bắc Hai', '2025-07-01', NULL);
INSERT INTO public.agency_name VALUES (6, 3, 'en', 'North Two', '2025-07-01', NULL);
INSERT INTO public.agency_name VALUES (9, 5, 'vi', 'Xã Nam Một', '2025-07-01', NULL);
INSERT INTO public.agency_name VALUES (10, 5, 'en', 'South One', '2025-07-01', NULL);
INSERT INTO public.agency_name VALUES (1, 1, 'vi', 'Tỉnh Bắc', '2025-07-01', '2026-06-01');
INSERT INTO public.agency_name VALUES (11, 1, 'vi', 'Thành phố Bắc', '2026-06-01', NULL);
INSERT INTO public.agency_name VALUES (7, 4, 'vi', 'Tỉnh Nam', '2025-07-01', '2026-06-01');
INSERT INTO public.agency_name VALUES (8, 4, 'en', 'South Province', '2025-07-01', '2026-06-01');
INSERT INTO public.agency_parent VALUES (1, 2, 1, '2025-07-01', NULL);
INSERT INTO public.agency_parent VALUES (2, 3, 1, '2025-07-01', NULL);
INSERT INTO public.agency_parent VALUES (3, 5, 4, '2025-07-01', '2026-06-01');
INSERT INTO public.agency_parent VALUES (4, 5, 1, '2026-06-01', NULL);
INSERT INTO public.alembic_version VALUES ('0003');
INSERT INTO public.collector VALUES (1, '6mxvt4a5ht', 1, 1, 2, 'Quầy 1', 'kiosk', 'open', '2026-03-02');
INSERT INTO public.collector VALUES (2, 'ghpev85h2y', 1, 2, 5, 'Quầy 2', 'qr', 'revoked', NULL);
INSERT INTO public.instrument_version VALUES (1, 'tiny', 1, '609c7abb5872aba75759324fdafc553184f2cd2beeec33e1b06c1ca1610e966f', '{"code":"tiny","version":1,"kind":"survey","audience":"citizen","title":{"vi":"Phiếu nhỏ","en":"Small form"},"source":"Made for tests","languages":["vi","en"],"scales":{"satisfaction":{"options":[{"code":"1","label":{"vi":"Rất không hài lòng","en":"Very dissatisfied"},"value":1.0},{"code":"2","label":{"vi":"Bình thường","en":"Neither"},"value":2.0},{"code":"3","label":{"vi":"Rất hài lòng","en":"Very satisfied"},"value":3.0},{"code":"na","label":{"vi":"Không áp dụng","en":"Does not apply"},"missing":"not_applicable"}],"satisfied":["3"]}},"sections":[{"code":"visit","title":{"vi":"Chuyến đi","en":"Visit"},"items":[{"code":"visited","text":{"vi":"Ông/bà đã đến quầy?","en":"Did you visit the counter?"},"options":[{"code":"yes","label":{"vi":"Có","en":"Yes"}},{"code":"no","label":{"vi":"Không","en":"No"}}],"role":"screening"},{"code":"seats","text":{"vi":"Chỗ ngồi","en":"Seats"},"scale":"satisfaction","show_if":"visited == ''yes''"},{"code":"polite","text":{"vi":"Lịch sự","en":"Polite"},"scale":"satisfaction"},{"code":"result","text":{"vi":"Kết quả","en":"Result"},"scale":"satisfaction"},{"code":"heard","text":{"vi":"Nguồn tin","en":"Heard from"},"type":"multi","options":[{"code":"tv","label":{"vi":"Ti vi","en":"Television"}},{"code":"net","label":{"vi":"Internet","en":"Internet"}}],"role":"profile"},{"code":"words","text":{"vi":"Góp ý","en":"Comment"},"type":"text","role":"open"}]}],"indices":[{"code":"service","title":{"vi":"Dịch vụ","en":"Service"},"items":["seats","polite","result"],"score":"top_box","aggregate":"pooled_answers"}]}');
INSERT INTO public.release VALUES (1, 1, 1, '2026-06-01', 'vi', 'releases/1', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', '7c85d54784b563a9b4d4d9935e322b988e8401cf1e87c0f0625a32c592e232b3', '0.1.0');
INSERT INTO public.response VALUES (1, '00000000-0000-0000-0000-000000000001', 1, 1, 1, 'vi', 'kiosk', 'counted', '{"polite":"3","words":"Tốt, cảm ơn!"}', 'db9c702f0b1d89370ec310c88d50b584807d489090f94d898a4b4c2f58bd7233', '28GW-43FM', '2026-03-02 01:00:00+00', '2026-03-02 01:00:00+00', '2026-03-02', NULL);
INSERT INTO public.response VALUES (2, '00000000-0000-0000-0000-000000000002', 1, 2, 1, 'vi', 'qr', 'counted', '{"polite":"na","heard":["tv","net"]}', '487bc0e78a7c0408449205cf0114b460d8ea6a16e9cc82b9a6db66e0a5766166', 'ZZ8Q-RNR8', '2026-03-02 01:00:00+00', '2026-03-02 01:00:00+00', '2026-03-02', NULL);
INSERT INTO public.response VALUES (3, '00000000-0000-0000-0000-000000000003', 1, 1, 1, 'vi', 'kiosk', 'late', '{"visited":"yes","seats":"3","polite":"2","result":"na","heard":["tv"]}', '73732af699914b58aa7de70a3cee1c535865ce52472d92dc9036575fac1dcb36', 'BGHE-BRN3', '2026-03-02 01:00:00+00', '2026-03-02 01:00:00+00', '2026-03-20', NULL);
INSERT INTO public.sample_point VALUES (1, '01', '["north-1","a"]', '[40,20]', 12.5);
INSERT INTO public.sample_point VALUES (2, '02', '["south-1","b"]', '[30,9]', 7.25);
INSERT INTO public.survey VALUES (1, 'citizens', '{"vi":"Người dân","en":"Citizens"}');
INSERT INTO public.user_account VALUES (1, 'an@example.org', 'Nguyễn Thị An', 'none', true);
INSERT INTO public.wave VALUES (1, 1, '2026', '{"vi":"Đợt 2026","en":"Wave 2026"}', 1, '2026-03-01', 'probability', 'closed', '2026-03-02 01:00:00+00', '2026-03-20 10:00:00+00', '2026-03-27 10:00:00+00', '["vi","en"]', 'one_page', 10, 0.95, 'pooled', '2026-03-20 10:00:00+00', 'citizens-2026-7c85d54784b5.parquet', '7c85d54784b563a9b4d4d9935e322b988e8401cf1e87c0f0625a32c592e232b3', 2);
INSERT INTO public.wave VALUES (2, 1, '2027', '{"vi":"Đợt 2026","en":"Wave 2026"}', 1, '2026-03-01', 'volunteer', 'planned', '2027-03-02 01:00:00+00', NULL, NULL, '["vi","en"]', 'one_page', 10, 0.95, 'pooled', NULL, NULL, NULL, NULL);
SELECT pg_catalog.setval('public.agency_id_seq', 5, true);
SELECT pg_catalog.setval('public.agency_name_id_seq', 11, true);
SELECT pg_catalog.setval('public.agency_parent_id_seq', 4, true);
SELECT pg_catalog.setval('public.collector_id_seq', 2, true);
SELECT pg_catalog.setval('public.instrument_version_id_seq', 1, true);
SELECT pg_catalog.setval('public.release_id_seq', 1, true);
SELECT pg_catalog.setval('public.response_id_seq', 3, true);
SELECT pg_catalog.setval('public.survey_id_seq', 1, true);
SELECT pg_catalog.setval('public.user_account_id_seq', 1, true);
SELECT pg_catalog.setval('public.wave_id_seq', 2, true);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.agency
    ADD CONSTRAINT pk_agency PRIMARY KEY (id);
ALTER TABLE ONLY public.agency_name
    ADD CONSTRAINT pk_agency_name PRIMARY KEY (id);
ALTER TABLE ONLY public.agency_parent
    ADD CONSTRAINT pk_agency_parent PRIMARY KEY (id);
ALTER TABLE ONLY public.collector
    ADD CONSTRAINT pk_collector PRIMARY KEY (id);
ALTER TABLE ONLY public.instrument_version
    ADD CONSTRAINT pk_instrument_version PRIMARY KEY (id);
ALTER TABLE ONLY public.release
    ADD CONSTRAINT pk_release PRIMARY KEY (id);
ALTER TABLE ONLY public.response
    ADD CONSTRAINT pk_response PRIMARY KEY (id);
ALTER TABLE ONLY public.sample_point
    ADD CONSTRAINT pk_sample_point PRIMARY KEY (collector_id);
ALTER TABLE ONLY public.survey
    ADD CONSTRAINT pk_survey PRIMARY KEY (id);
ALTER TABLE ONLY public.user_account
    ADD CONSTRAINT pk_user_account PRIMARY KEY (id);
ALTER TABLE ONLY public.wave
    ADD CONSTRAINT pk_wave PRIMARY KEY (id);
ALTER TABLE ONLY public.agency
    ADD CONSTRAINT uq_agency_code UNIQUE (code);
ALTER TABLE ONLY public.agency_name
    ADD CONSTRAINT uq_agency_name_agency_id_language_valid_from UNIQUE (agency_id, language, valid_from);
ALTER TABLE ONLY public.agency_parent
    ADD CONSTRAINT uq_agency_parent_agency_id_valid_from UNIQUE (agency_id, valid_from);
ALTER TABLE ONLY public.collector
    ADD CONSTRAINT uq_collector_code UNIQUE (code);
ALTER TABLE ONLY public.collector
    ADD CONSTRAINT uq_collector_wave_id_number UNIQUE (wave_id, number);
ALTER TABLE ONLY public.instrument_version
    ADD CONSTRAINT uq_instrument_version_code_version UNIQUE (code, version);
ALTER TABLE ONLY public.release
    ADD CONSTRAINT uq_release_wave_id_number UNIQUE (wave_id, number);
ALTER TABLE ONLY public.response
    ADD CONSTRAINT uq_response_response_id UNIQUE (response_id);
ALTER TABLE ONLY public.survey
    ADD CONSTRAINT uq_survey_code UNIQUE (code);
ALTER TABLE ONLY public.user_account
    ADD CONSTRAINT uq_user_account_email UNIQUE (email);
ALTER TABLE ONLY public.wave
    ADD CONSTRAINT uq_wave_survey_id_code UNIQUE (survey_id, code);
CREATE INDEX ix_agency_merged_into_id ON public.agency USING btree (merged_into_id);
CREATE INDEX ix_agency_parent_parent_id ON public.agency_parent USING btree (parent_id);
CREATE INDEX ix_collector_agency_id ON public.collector USING btree (agency_id);
CREATE INDEX ix_response_collector_id ON public.response USING btree (collector_id);
CREATE INDEX ix_response_wave_id_state ON public.response USING btree (wave_id, state);
CREATE INDEX ix_wave_instrument_version_id ON public.wave USING btree (instrument_version_id);
CREATE TRIGGER instrument_version_frozen BEFORE UPDATE ON public.instrument_version FOR EACH ROW EXECUTE FUNCTION public.refuse_change_of_answered_instrument();
ALTER TABLE ONLY public.agency
    ADD CONSTRAINT fk_agency_merged_into_id FOREIGN KEY (merged_into_id) REFERENCES public.agency(id);
ALTER TABLE ONLY public.agency_name
    ADD CONSTRAINT fk_agency_name_agency_id FOREIGN KEY (agency_id) REFERENCES public.agency(id);
ALTER TABLE ONLY public.agency_parent
    ADD CONSTRAINT fk_agency_parent_agency_id FOREIGN KEY (agency_id) REFERENCES public.agency(id);
ALTER TABLE ONLY public.agency_parent
    ADD CONSTRAINT fk_agency_parent_parent_id FOREIGN KEY (parent_id) REFERENCES public.agency(id);
ALTER TABLE ONLY public.collector
    ADD CONSTRAINT fk_collector_agency_id FOREIGN KEY (agency_id) REFERENCES public.agency(id);
ALTER TABLE ONLY public.collector
    ADD CONSTRAINT fk_collector_wave_id FOREIGN KEY (wave_id) REFERENCES public.wave(id);
ALTER TABLE ONLY public.release
    ADD CONSTRAINT fk_release_wave_id FOREIGN KEY (wave_id) REFERENCES public.wave(id);
ALTER TABLE ONLY public.response
    ADD CONSTRAINT fk_response_collector_id FOREIGN KEY (collector_id) REFERENCES public.collector(id);
ALTER TABLE ONLY public.response
    ADD CONSTRAINT fk_response_instrument_version_id FOREIGN KEY (instrument_version_id) REFERENCES public.instrument_version(id);
ALTER TABLE ONLY public.response
    ADD CONSTRAINT fk_response_wave_id FOREIGN KEY (wave_id) REFERENCES public.wave(id);
ALTER TABLE ONLY public.sample_point
    ADD CONSTRAINT fk_sample_point_collector_id FOREIGN KEY (collector_id) REFERENCES public.collector(id);
ALTER TABLE ONLY public.wave
    ADD CONSTRAINT fk_wave_instrument_version_id FOREIGN KEY (instrument_version_id) REFERENCES public.instrument_version(id);
ALTER TABLE ONLY public.wave
    ADD CONSTRAINT fk_wave_survey_id FOREIGN KEY (survey_id) REFERENCES public.survey(id);
