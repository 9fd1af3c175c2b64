/**
 * Reads that take more than one message.
 *
 * @module
 */

/**
 * How many bytes there are up to the first part that came short: behind it was the end. An error counts only where no
 * byte has come before it.
 *
 * @param parts What each part brings, in order.
 * @param each How many bytes a whole part has.
 */
export async function sumParts(parts: readonly Promise<number>[], each: number): Promise<number> {
  const settled = await Promise.allSettled(parts);
  let sum = 0;
  for (const part of settled) {
    if (part.status === "rejected") {
      if (sum > 0) return sum;
      throw part.reason;
    }
    sum += part.value;
    if (part.value < each) break;
  }
  return sum;
}
