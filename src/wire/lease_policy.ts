/**
 * Which directories are worth a lease.
 *
 * @module
 */

/** For how long a lease is believed without a word, in milliseconds: see `Leases`. */
export const LEASE_MS = 1000;
/** So many questions about the names of a directory, and it is leased. */
const MISSES = 2;
/** The same of one whose leases did not pay again and again. */
const MISSES_MAX = 1024;
/** A lease has paid when so many questions were answered by it, and one for each so many entries more. */
const PAID_HITS = 4;
const ENTRIES_A_HIT = 16;
/** So many entries are listed with a lease for each question that there was: to list one costs as much as 1/16 of them. */
const ENTRIES_A_MISS = 32;
/** The least that is listed. */
const ENTRIES_MIN = 64;
/** After a refusal no lease is asked for there for this time, in milliseconds. */
const REFUSED_MS = 1000;
/** A directory in which we have changed something is left alone for this time, in milliseconds. */
const QUIET_MS = 200;
/** More directories than this are not kept: then everything is forgotten. */
const DIRECTORIES_MAX = 16_384;

/** What has become of the questions about one directory. */
class Record {
  /** Questions since the last lease or change of ours. */
  misses = 0;
  /** How many there have to be. */
  missesMin = MISSES;
  /** How many entries it has, as far as is known. */
  entries = 0;
  /** Before this time it is not asked for, as `performance.now()` has it. */
  notBefore = 0;
}

/**
 * A lease with a listing costs about what five questions do, and one more for each sixteen entries. So it is
 * taken where one question followed another and we have changed nothing for a while, for no more entries than were
 * asked about before, and later where the last one was over too soon.
 */
export class LeasePolicy {
  #records = new Map<string, Record>();

  #of(directory: string): Record {
    const known = this.#records.get(directory);
    if (known !== undefined) return known;
    if (this.#records.size >= DIRECTORIES_MAX) this.#records.clear();
    const fresh = new Record();
    this.#records.set(directory, fresh);
    return fresh;
  }

  /**
   * A question about a name of the directory, or about itself, has to be sent. True when a lease is due.
   *
   * @param isList Whether it is what there is in it: who walks through a tree asks that once.
   */
  missed(directory: string, isList: boolean): boolean {
    const record = this.#of(directory);
    record.misses++;
    const least = isList ? Math.max(record.missesMin, MISSES + 1) : record.missesMin;
    const needed = Math.max(least, record.entries / ENTRIES_A_MISS);
    return record.misses >= needed;
  }

  /** How many entries to list. */
  entriesMax(directory: string): number {
    return Math.max(ENTRIES_MIN, this.#of(directory).misses * ENTRIES_A_MISS);
  }

  /** A lease has begun, of a directory with so many entries; 0 when that is not known. */
  began(directory: string, entries: number): void {
    const record = this.#of(directory);
    record.misses = 0;
    record.entries = entries;
  }

  /** A lease was refused. */
  refused(directory: string, time: number): void {
    const record = this.#of(directory);
    record.misses = 0;
    record.notBefore = time + REFUSED_MS;
  }

  /** A lease has ended after so many answers, by a change (perhaps before its reply came) or because it was old. */
  ended(directory: string, hits: number): void {
    const record = this.#of(directory);
    const hasPaid = hits >= PAID_HITS + record.entries / ENTRIES_A_HIT;
    record.missesMin = hasPaid ? 1 : Math.min(record.missesMin * 4, MISSES_MAX);
    record.misses = 0;
  }

  /** We change something in the directory: it is being worked on. */
  changed(directory: string, time: number): void {
    const record = this.#of(directory);
    record.misses = 0;
    record.missesMin = Math.max(record.missesMin, MISSES);
    record.notBefore = Math.max(record.notBefore, time + QUIET_MS);
  }

  /** Whether a lease may be asked for now. */
  isFree(directory: string, time: number): boolean {
    return time >= (this.#records.get(directory)?.notBefore ?? 0);
  }
}
