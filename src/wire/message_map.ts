/**
 * Messages as CBOR maps, and fields that hold maps and lists.
 *
 * @module
 */
import { type CborReader, type CborWriter, KeyTable } from "../cbor/mod.ts";
import {
  type Access,
  BaseField,
  type Field,
  readName,
  type RowText,
  type Schema,
  writeName,
} from "./field.ts";

/** The most fields that a schema has: which were seen is kept in the bits of one integer. */
const FIELDS_MAX = 31;
/** Maps with fewer pairs than this have a head of one byte. */
const SHORT_HEAD = 24;

const READ_NONE = (): number => 0;

/** A schema of these rows. */
export function schemaOf<Message>(
  fields: readonly Field<Message>[],
  readFirst: Schema<Message>["readFirst"] = READ_NONE,
): Schema<Message> {
  if (fields.length > FIELDS_MAX) throw new RangeError("Cannot keep so many fields in 31 bits");
  return { fields, keys: new KeyTable(fields.map((field) => field.key)), readFirst };
}

/** Appends the fields that are neither 0 nor empty as a map. */
export function writeMap<Message>(
  writer: CborWriter,
  fields: readonly Field<Message>[],
  message: Message,
): void {
  const start = writer.length;
  writer.mapHeader(0);
  let size = 0;
  for (let index = 0; index < fields.length; index++) {
    if (fields[index]!.write(writer, message)) size++;
  }
  if (size < SHORT_HEAD) {
    writer.bytes[start] = 0xa0 | size;
    return;
  }
  // A head of two bytes: only a message that sets nearly everything comes here.
  writer.reserve(1);
  writer.bytes.copyWithin(start + 2, start + 1, writer.length);
  writer.bytes[start] = 0xb8;
  writer.bytes[start + 1] = size;
  writer.length++;
}

/** Reads a map into `message`, which must be 0 and empty before. Unknown keys are passed over. */
export function readMap<Message>(
  reader: CborReader,
  schema: Schema<Message>,
  message: Message,
): void {
  const { fields, keys } = schema;
  const size = reader.openMap();
  let guess = schema.readFirst(reader, message, size < 0 ? FIELDS_MAX : size);
  let seen = (1 << guess) - 1;
  for (let count = guess; reader.more(size, count); count++) {
    const index = reader.key(keys, guess);
    if (index < 0) {
      reader.skip();
      continue;
    }
    const bit = 1 << index;
    if ((seen & bit) !== 0) throw reader.error(`duplicate key ${keys.keys[index]}`);
    seen |= bit;
    guess = index + 1;
    // Go and JavaScript encoders send null and undefined for what is absent.
    if (!reader.nothing()) fields[index]!.read(reader, message);
  }
  reader.closeNested();
}

/** A map within a message. */
export class MapField<Message, Inner> extends BaseField<Message, Inner | null>
  implements Field<Message> {
  /** The type, for the specification. */
  readonly type: string;
  readonly #schema: Schema<Inner>;
  readonly #make: () => Inner;

  /** @param type The name of the map's own table. @param make Makes an empty inner message. */
  constructor(
    type: string,
    schema: Schema<Inner>,
    make: () => Inner,
    row: RowText & Access<Message, Inner | null>,
  ) {
    super(row);
    this.type = type;
    this.#schema = schema;
    this.#make = make;
  }

  /** Appends key and map. */
  write(writer: CborWriter, message: Message): boolean {
    const value = this.get(message);
    if (value === null) return false;
    writer.key(this.encodedKey);
    writeMap(writer, this.#schema.fields, value);
    return true;
  }

  /** Reads the map. */
  read(reader: CborReader, message: Message): void {
    const inner = this.#make();
    readMap(reader, this.#schema, inner);
    this.set(message, inner);
  }
}

/** A list of maps within a message. */
export class ListField<Message, Inner> extends BaseField<Message, readonly Inner[] | null>
  implements Field<Message> {
  /** The type, for the specification. */
  readonly type: string;
  readonly #schema: Schema<Inner>;
  readonly #make: () => Inner;

  /** @param type The name of the maps' own table. @param make Makes an empty inner message. */
  constructor(
    type: string,
    schema: Schema<Inner>,
    make: () => Inner,
    row: RowText & Access<Message, readonly Inner[] | null>,
  ) {
    super(row);
    this.type = `list of ${type}`;
    this.#schema = schema;
    this.#make = make;
  }

  /** Appends key and list. */
  write(writer: CborWriter, message: Message): boolean {
    const value = this.get(message);
    if (value === null || value.length === 0) return false;
    writer.key(this.encodedKey);
    writer.arrayHeader(value.length);
    const { fields } = this.#schema;
    for (let index = 0; index < value.length; index++) writeMap(writer, fields, value[index]!);
    return true;
  }

  /** Reads the list. */
  read(reader: CborReader, message: Message): void {
    const list: Inner[] = [];
    const size = reader.openArray();
    for (let count = 0; reader.more(size, count); count++) {
      const inner = this.#make();
      readMap(reader, this.#schema, inner);
      list.push(inner);
    }
    reader.closeNested();
    this.set(message, list);
  }
}

/** A list of names within a message. */
export class NamesField<Message> extends BaseField<Message, readonly string[] | null>
  implements Field<Message> {
  /** The type, for the specification. */
  readonly type: string = "list of text or bytes";

  /** Appends key and list. */
  write(writer: CborWriter, message: Message): boolean {
    const value = this.get(message);
    if (value === null || value.length === 0) return false;
    writer.key(this.encodedKey);
    writer.arrayHeader(value.length);
    for (const name of value) writeName(writer, name);
    return true;
  }

  /** Reads the list. */
  read(reader: CborReader, message: Message): void {
    const list: string[] = [];
    const size = reader.openArray();
    for (let count = 0; reader.more(size, count); count++) list.push(readName(reader));
    reader.closeNested();
    this.set(message, list);
  }
}
