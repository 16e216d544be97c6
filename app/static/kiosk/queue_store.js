// What the device keeps: one entry per answer sheet that the server has not acknowledged yet.
//
// An entry is {number, id, collector, submission, put, state, tries, status, problem}. `number` gives the order
// in which they were kept, for a device's clock may jump. Nothing here ever removes an entry by age.

const DATABASE = "hailong-queue";
const ENTRIES = "entries";

function open() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(DATABASE, 1);
    asked.onupgradeneeded = () => {
      const entries = asked.result.createObjectStore(ENTRIES, { keyPath: "number", autoIncrement: true });
      entries.createIndex("id", "id", { unique: true });
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

/** The entries on this device. Every method is one transaction; what it wrote is on the disk when it resolves. */
export class Store {
  #database = null;

  async #transaction(mode, work) {
    for (let last = false; ; last = true) {
      this.#database ??= await open();
      this.#database.onclose = () => (this.#database = null);
      this.#database.onversionchange = () => this.#close();
      try {
        return await this.#run(mode, work);
      } catch (error) {
        // The browser may close a database behind our back (low memory); that is no reason to lose an answer.
        if (last || error?.name !== "InvalidStateError") throw error;
        this.#close();
      }
    }
  }

  #close() {
    this.#database?.close();
    this.#database = null;
  }

  #run(mode, work) {
    return new Promise((resolve, reject) => {
      const transaction = this.#database.transaction(ENTRIES, mode, { durability: "strict" });
      let result;
      transaction.oncomplete = () => resolve(result);
      transaction.onabort = () => reject(transaction.error ?? new DOMException("aborted", "AbortError"));
      work(transaction.objectStore(ENTRIES), (value) => (result = value));
    });
  }

  /** Open now, so that a device without storage says so before anybody answers. */
  async begin() {
    await this.#transaction("readonly", () => {});
  }

  /** Keep an entry; one with the same id is there already and stays as it is. */
  async add(entry) {
    await this.#transaction("readwrite", (entries) => {
      const known = entries.index("id").getKey(entry.id);
      known.onsuccess = () => known.result === undefined && entries.add(entry);
    });
  }

  /** Every entry, in the order in which they were kept. */
  all() {
    return this.#transaction("readonly", (entries, give) => {
      const found = entries.getAll();
      found.onsuccess = () => give(found.result);
    });
  }

  /** Write down what became of a try to send; an entry that has left meanwhile stays away. */
  async change(number, changes) {
    await this.#transaction("readwrite", (entries) => {
      const found = entries.get(number);
      found.onsuccess = () => found.result && entries.put({ ...found.result, ...changes });
    });
  }

  /** The server has it. */
  async remove(number) {
    await this.#transaction("readwrite", (entries) => entries.delete(number));
  }
}
