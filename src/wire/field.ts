/**
 * The kinds of fields that messages are made of.
 *
 * @module
 */
import { type CborReader, CborWriter, type KeyTable } from "../cbor/mod.ts";
import { decodeName, encodeName, FsError } from "../base/mod.ts";
import { decodeInode, encodeHigh, encodeLow } from "./inode_halves.ts";
import type { VFSStat } from "./vfs_stat.ts";

/** One key of a message: how it is written, read and described. */
export interface Field<Message> {
  /** The key. */
  readonly key: string;
  /** Its type, for the specification. */
  readonly type: string;
  /** First version that has it. */
  readonly since: 1 | 2;
  /** Whether it is also sent when it is 0, empty or false. */
  readonly always: boolean;
  /** What it says, for the specification. */
  readonly about: string;
  /** Appends key and value, unless the value is 0 or empty. Returns whether it did. */
  write(writer: CborWriter, message: Message): boolean;
  /** Reads the value. */
  read(reader: CborReader, message: Message): void;
}

/** The keys of one message in one version: in their order, and by name. */
export interface Schema<Message> {
  /** The fields in the order in which they are sent. */
  readonly fields: readonly Field<Message>[];
  /** Finds a field by its key. */
  readonly keys: KeyTable;
  /**
   * Reads as many of the first fields as come next in their order, at most `count`; returns how many. It
   * does what reading them one by one would do, without looking each one up.
   */
  readonly readFirst: (reader: CborReader, message: Message, count: number) => number;
}

/** What every row says. */
export interface RowText {
  /** The key. */
  readonly key: string;
  /** First version; default 1. */
  readonly since?: 1 | 2;
  /** Sent also when 0, empty or false. */
  readonly always?: boolean;
  /** What it says. */
  readonly about: string;
}

/** How a row gets at its value. */
export interface Access<Message, Value> {
  /** Reads the message. */
  readonly get: (message: Message) => Value;
  /** Changes the message. */
  readonly set: (message: Message, value: Value) => void;
}

/** The encoded key. */
function keyBytes(key: string): Uint8Array {
  const writer = new CborWriter();
  writer.text(key);
  return writer.view().slice();
}

/** A provider, or a caller, said something that is no such number. */
function outOfRange(key: string, value: number | bigint): RangeError {
  return new RangeError(`Cannot send ${key}: ${value} is out of range`);
}

/** What the kinds have in common. */
export abstract class BaseField<Message, Value> {
  /** The key. */
  readonly key: string;
  /** First version that has it. */
  readonly since: 1 | 2;
  /** Whether it is also sent when it is 0, empty or false. */
  readonly always: boolean;
  /** What it says. */
  readonly about: string;
  /** The key as it is sent. */
  protected readonly encodedKey: Uint8Array;
  /** Reads the message. */
  protected readonly get: (message: Message) => Value;
  /** Changes the message. */
  protected readonly set: (message: Message, value: Value) => void;

  /** Takes what the row says. */
  constructor(row: RowText & Access<Message, Value>) {
    this.key = row.key;
    this.since = row.since ?? 1;
    this.always = row.always ?? false;
    this.about = row.about;
    this.encodedKey = keyBytes(row.key);
    this.get = row.get;
    this.set = row.set;
  }
}

/** An unsigned integer with a limit. */
export class UintField<Message> extends BaseField<Message, number> implements Field<Message> {
  /** The type, for the specification. */
  readonly type: string;
  readonly #max: number;

  /** @param max The largest value, at most 2^53 - 1. */
  constructor(max: number, row: RowText & Access<Message, number>) {
    super(row);
    this.#max = max;
    const bits = Math.round(Math.log2(max + 1));
    this.type = `uint${bits}`;
  }

  /** Appends key and value. */
  write(writer: CborWriter, message: Message): boolean {
    const value = this.get(message);
    if (value === 0 && !this.always) return false;
    if (!(value >= 0 && value <= this.#max && Number.isInteger(value))) {
      throw outOfRange(this.key, value);
    }
    writer.keyUint(this.encodedKey, value);
    return true;
  }

  /** Reads the value. */
  read(reader: CborReader, message: Message): void {
    this.set(message, reader.uint(this.#max));
  }
}

/** A signed integer within 2^53. */
export class IntField<Message> extends BaseField<Message, number> implements Field<Message> {
  /** The type, for the specification. */
  readonly type: string = "int53";

  /** Appends key and value. */
  write(writer: CborWriter, message: Message): boolean {
    const value = this.get(message);
    if (value === 0 && !this.always) return false;
    if (!Number.isSafeInteger(value)) throw outOfRange(this.key, value);
    writer.key(this.encodedKey);
    writer.int(value);
    return true;
  }

  /** Reads the value. */
  read(reader: CborReader, message: Message): void {
    const value = reader.int64();
    if (typeof value !== "number") throw reader.error("integer over 53 bits");
    this.set(message, value);
  }
}

/** The largest signed 64-bit integer. */
const INT64_MAX = 2n ** 63n - 1n;

/** Reads a size: the nearest number where it has more than 53 bits. */
export function readSize(reader: CborReader): number {
  const value = reader.int64();
  return typeof value === "number" ? value : Number(value);
}

/**
 * A size of a file of the host, which may have more than 53 bits: those that JavaScript keeps of it are better than to
 * know nothing of the file, and who meets one in a listing loses none of the others.
 */
export class SizeField<Message> extends BaseField<Message, number> implements Field<Message> {
  /** The type, for the specification. */
  readonly type: string = "int64";

  /** Appends key and value. */
  write(writer: CborWriter, message: Message): boolean {
    const value = this.get(message);
    if (value === 0 && !this.always) return false;
    if (!Number.isInteger(value)) throw outOfRange(this.key, value);
    writer.key(this.encodedKey);
    if (Number.isSafeInteger(value)) writer.int(value);
    else if (value < 0 || value > 2 ** 63) throw outOfRange(this.key, value);
    else writer.int(value === 2 ** 63 ? INT64_MAX : BigInt(value));
    return true;
  }

  /** Reads the value. */
  read(reader: CborReader, message: Message): void {
    this.set(message, readSize(reader));
  }
}

/** A signed 64-bit integer, a bigint when it is not safe as a number. */
export class Int64Field<Message> extends BaseField<Message, number | bigint>
  implements Field<Message> {
  /** The type, for the specification. */
  readonly type: string = "int64";

  /** Appends key and value. */
  write(writer: CborWriter, message: Message): boolean {
    const value = this.get(message);
    if (value === 0 && !this.always) return false;
    if (typeof value === "number" && !Number.isSafeInteger(value)) {
      throw outOfRange(this.key, value);
    }
    writer.key(this.encodedKey);
    writer.int(value);
    return true;
  }

  /** Reads the value. */
  read(reader: CborReader, message: Message): void {
    this.set(message, reader.int64());
  }
}

/** An unsigned 64-bit integer, a bigint when it is not safe as a number. */
export class Uint64Field<Message> extends BaseField<Message, number | bigint>
  implements Field<Message> {
  /** The type, for the specification. */
  readonly type: string = "uint64";

  /** Appends key and value. */
  write(writer: CborWriter, message: Message): boolean {
    const value = this.get(message);
    if (value === 0 && !this.always) return false;
    if (value < 0 || (typeof value === "number" && !Number.isSafeInteger(value))) {
      throw outOfRange(this.key, value);
    }
    writer.key(this.encodedKey);
    writer.uint64(encodeHigh(value), encodeLow(value));
    return true;
  }

  /** Reads the value. */
  read(reader: CborReader, message: Message): void {
    reader.uint64();
    this.set(message, decodeInode(reader.high, reader.low));
  }
}

/** The inode number of attributes: 64 bits in two halves, so that none costs a bigint. */
export class InodeField implements Field<VFSStat> {
  /** The key. */
  readonly key: string;
  /** The type, for the specification. */
  readonly type: string = "uint64";
  /** In both versions. */
  readonly since = 1;
  /** Absent when 0. */
  readonly always = false;
  /** What it says. */
  readonly about: string;
  readonly #encodedKey: Uint8Array;

  /** Takes what the row says. */
  constructor(row: RowText) {
    this.key = row.key;
    this.about = row.about;
    this.#encodedKey = keyBytes(row.key);
  }

  /** Appends key and value. */
  write(writer: CborWriter, stat: VFSStat): boolean {
    if (stat.inoLow === 0 && stat.inoHigh === 0) return false;
    writer.key(this.#encodedKey);
    writer.uint64(stat.inoHigh, stat.inoLow);
    return true;
  }

  /** Reads the value. */
  read(reader: CborReader, stat: VFSStat): void {
    reader.uint64();
    stat.inoHigh = reader.high;
    stat.inoLow = reader.low;
  }
}

/** True or false. */
export class BooleanField<Message> extends BaseField<Message, boolean> implements Field<Message> {
  /** The type, for the specification. */
  readonly type: string = "boolean";

  /** Appends key and value. */
  write(writer: CborWriter, message: Message): boolean {
    const value = this.get(message);
    if (!value && !this.always) return false;
    writer.key(this.encodedKey);
    writer.boolean(value);
    return true;
  }

  /** Reads the value. */
  read(reader: CborReader, message: Message): void {
    this.set(message, reader.boolean());
  }
}

/** A byte string. */
export class BytesField<Message> extends BaseField<Message, Uint8Array> implements Field<Message> {
  /** The type, for the specification. */
  readonly type: string = "bytes";

  /** Appends key and value. */
  write(writer: CborWriter, message: Message): boolean {
    const value = this.get(message);
    if (value.length === 0 && !this.always) return false;
    writer.key(this.encodedKey);
    writer.byteString(value);
    return true;
  }

  /** Reads the value: a view of the frame. */
  read(reader: CborReader, message: Message): void {
    // The frame bounds it.
    this.set(message, reader.byteString(Number.MAX_SAFE_INTEGER));
  }
}

/** A name: text, or in version 2 a byte string when it is not UTF-8. */
export function writeName(writer: CborWriter, name: string): void {
  if (!writer.tryText(name)) writer.byteString(encodeName(name));
}

/** A name as {@linkcode writeName} wrote it. */
export function readName(reader: CborReader): string {
  if (reader.isBytes()) return decodeName(reader.byteString(Number.MAX_SAFE_INTEGER));
  return reader.text(Number.MAX_SAFE_INTEGER);
}

/** A path or name: text; from version 2 on, bytes when it is not UTF-8. */
export class NameField<Message> extends BaseField<Message, string> implements Field<Message> {
  /** The type, for the specification. */
  readonly type: string = "text";
  readonly #bytesAllowed: boolean;

  /** @param version Version 1 knows text only. */
  constructor(version: 1 | 2, row: RowText & Access<Message, string>) {
    super(row);
    this.#bytesAllowed = version === 2;
    if (this.#bytesAllowed) this.type = "text or bytes";
  }

  /** Appends key and value. */
  write(writer: CborWriter, message: Message): boolean {
    const value = this.get(message);
    if (value === "" && !this.always) return false;
    writer.key(this.encodedKey);
    if (this.#bytesAllowed) writeName(writer, value);
    else if (!writer.tryText(value)) throw new FsError("EILSEQ", { syscall: "send", path: value });
    return true;
  }

  /** Reads the value. */
  read(reader: CborReader, message: Message): void {
    this.set(
      message,
      this.#bytesAllowed ? readName(reader) : reader.text(Number.MAX_SAFE_INTEGER),
    );
  }
}
