/**
 * ZIP archives, for tests.
 *
 * @module
 */

/** A ZIP archive of stored and deflated files, as any program writes it. */
export async function archiveOf(files: Readonly<Record<string, string>>): Promise<Uint8Array> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const directory: Uint8Array<ArrayBuffer>[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const encoded = new TextEncoder().encode(name);
    const plain = new TextEncoder().encode(text);
    const method = text.length > 20 ? 8 : 0;
    const stream = new Blob([plain]).stream();
    const packed = method === 0
      ? plain
      : await new Response(stream.pipeThrough(new CompressionStream("deflate-raw"))).bytes();
    const header = (size: number, nameAt: number, fields: [number, number, number][]) => {
      const bytes = new Uint8Array(size + encoded.length);
      const view = new DataView(bytes.buffer);
      for (const [at, width, value] of fields) {
        width === 2 ? view.setUint16(at, value, true) : view.setUint32(at, value, true);
      }
      bytes.set(encoded, nameAt);
      return bytes;
    };
    const sizes = (at: number): [number, number, number][] => [
      [at, 4, packed.length],
      [at + 4, 4, plain.length],
      [at + 8, 2, encoded.length],
    ];
    parts.push(header(30, 30, [[0, 4, 0x04034b50], [8, 2, method], ...sizes(18)]), packed);
    directory.push(
      header(46, 46, [[0, 4, 0x02014b50], [10, 2, method], ...sizes(20), [42, 4, offset]]),
    );
    offset += 30 + encoded.length + packed.length;
  }
  const size = directory.reduce((sum, one) => sum + one.length, 0);
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, 0x06054b50, true);
  end.setUint16(10, directory.length, true);
  end.setUint32(12, size, true);
  end.setUint32(16, offset, true);
  return await new Response(new Blob([...parts, ...directory, end.buffer])).bytes();
}
