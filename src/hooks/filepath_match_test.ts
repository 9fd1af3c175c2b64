import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { BadPatternError, filepathMatch, FilepathPattern } from "./filepath_match.ts";

/** Go's `match_test.go`: pattern, name, and whether it matches; null for ErrBadPattern. */
const GO: [pattern: string, name: string, matches: boolean | null][] = [
  ["abc", "abc", true],
  ["*", "abc", true],
  ["*c", "abc", true],
  ["a*", "a", true],
  ["a*", "abc", true],
  ["a*", "ab/c", false],
  ["a*/b", "abc/b", true],
  ["a*/b", "a/c/b", false],
  ["a*b*c*d*e*/f", "axbxcxdxe/f", true],
  ["a*b*c*d*e*/f", "axbxcxdxexxx/f", true],
  ["a*b*c*d*e*/f", "axbxcxdxe/xxx/f", false],
  ["a*b*c*d*e*/f", "axbxcxdxexxx/fff", false],
  ["a*b?c*x", "abxbbxdbxebxczzx", true],
  ["a*b?c*x", "abxbbxdbxebxczzy", false],
  ["ab[c]", "abc", true],
  ["ab[b-d]", "abc", true],
  ["ab[e-g]", "abc", false],
  ["ab[^c]", "abc", false],
  ["ab[^b-d]", "abc", false],
  ["ab[^e-g]", "abc", true],
  ["a\\*b", "a*b", true],
  ["a\\*b", "ab", false],
  ["a?b", "a☺b", true],
  ["a[^a]b", "a☺b", true],
  ["a???b", "a☺b", false],
  ["a[^a][^a][^a]b", "a☺b", false],
  ["[a-ζ]*", "α", true],
  ["*[a-ζ]", "A", false],
  ["a?b", "a/b", false],
  ["a*b", "a/b", false],
  ["[\\]a]", "]", true],
  ["[\\-]", "-", true],
  ["[x\\-]", "x", true],
  ["[x\\-]", "-", true],
  ["[x\\-]", "z", false],
  ["[\\-x]", "x", true],
  ["[\\-x]", "-", true],
  ["[\\-x]", "a", false],
  ["[]a]", "]", null],
  ["[-]", "-", null],
  ["[x-]", "x", null],
  ["[x-]", "-", null],
  ["[x-]", "z", null],
  ["[-x]", "x", null],
  ["[-x]", "-", null],
  ["[-x]", "a", null],
  ["\\", "a", null],
  ["[a-b-c]", "a", null],
  ["[", "a", null],
  ["[^", "a", null],
  ["[^bc", "a", null],
  ["a[", "a", null],
  ["a[", "ab", null],
  ["a[", "x", null],
  ["a/b[", "x", null],
  ["*x", "xxx", true],
];

/** What follows from Go's code rather than from its tests. */
const CORNERS: [pattern: string, name: string, matches: boolean | null][] = [
  ["", "", true],
  ["", "a", false],
  ["*", "", true],
  ["**", "abc", true],
  ["**", "a/b", false],
  // A negated class takes a slash, a question mark and a star do not.
  ["a[^x]b", "a/b", true],
  // A star goes on by bytes, so that it can stop within a character.
  ["*??", "☺", true],
  ["??", "☺", false],
  // A lone byte is one character that no class but a negated one has.
  ["?", "\udcff", true],
  ["[^a]", "\udcff", true],
  ["[\udcff]", "\udcff", null],
  ["*\udcff*", "a\udcffb", true],
  // No backtracking into an earlier star: the first place that fits is taken.
  ["*[^x]*b", "a/b", false],
  ["a]", "a]", true],
  ["[a-]", "a", null],
  ["*[", "abc", null],
  ["abc\\", "abd", null],
  ["[\\", "a", null],
  ["[a\\", "a", null],
  ["\\[a]", "[a]", true],
  ["[^^]", "^", false],
  ["[!a]", "!", true],
];

for (const [pattern, name, matches] of [...GO, ...CORNERS]) {
  const says = matches === null ? "is malformed" : matches ? "matches" : "does not match";
  Deno.test(`pattern ${JSON.stringify(pattern)} ${says}, asked with ${JSON.stringify(name)}`, () => {
    if (matches === null) {
      assertThrows(() => filepathMatch(pattern, name), BadPatternError, "pattern");
    } else assertEquals(filepathMatch(pattern, name), matches);
  });
}

/** Go's algorithm, line by line on bytes, to compare with; null for ErrBadPattern. */
function goMatch(patternText: string, nameText: string): boolean | null {
  const encode = (text: string) => [...new TextEncoder().encode(text)];
  let pattern = encode(patternText);
  let name = encode(nameText);
  const [slash, star, query, open, close, caret, dash, escape] = encode("/*?[]^-\\");
  const scan = (rest: number[]): [boolean, number[], number[]] => {
    let stars = 0;
    while (rest[stars] === star) stars++;
    const from = rest.slice(stars);
    let inRange = false;
    let index = 0;
    for (; index < from.length; index++) {
      if (from[index] === escape) {
        if (index + 1 < from.length) index++;
      } else if (from[index] === open) inRange = true;
      else if (from[index] === close) inRange = false;
      else if (from[index] === star && !inRange) break;
    }
    return [stars > 0, from.slice(0, index), from.slice(index)];
  };
  const rune = (bytes: number[]): [number, number] => {
    for (let size = 1; size <= 4 && size <= bytes.length; size++) {
      try {
        const part = new Uint8Array(bytes.slice(0, size));
        const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(part);
        return [text.codePointAt(0)!, size];
      } catch {
        // Not yet a whole character.
      }
    }
    return [0xfffd, 1];
  };
  const escaped = (chunk: number[]): [number, number[]] | null => {
    if (chunk.length === 0 || chunk[0] === dash || chunk[0] === close) return null;
    const from = chunk[0] === escape ? chunk.slice(1) : chunk;
    if (from.length === 0) return null;
    const [read, size] = rune(from);
    if (read === 0xfffd && size === 1) return null;
    const rest = from.slice(size);
    return rest.length === 0 ? null : [read, rest];
  };
  const matchChunk = (chunk: number[], rest: number[]): number[] | false | null => {
    let failed = false;
    while (chunk.length > 0) {
      if (!failed && rest.length === 0) failed = true;
      const first = chunk[0];
      if (first === open) {
        let char = 0;
        if (!failed) {
          const [read, size] = rune(rest);
          char = read;
          rest = rest.slice(size);
        }
        chunk = chunk.slice(1);
        const negated = chunk[0] === caret;
        if (negated) chunk = chunk.slice(1);
        let match = false;
        for (let ranges = 0;; ranges++) {
          if (chunk[0] === close && ranges > 0) {
            chunk = chunk.slice(1);
            break;
          }
          const low = escaped(chunk);
          if (low === null) return null;
          let [high] = low;
          chunk = low[1];
          if (chunk[0] === dash) {
            const read = escaped(chunk.slice(1));
            if (read === null) return null;
            [high, chunk] = read;
          }
          if (low[0] <= char && char <= high) match = true;
        }
        if (match === negated) failed = true;
      } else if (first === query) {
        if (!failed) {
          if (rest[0] === slash) failed = true;
          rest = rest.slice(rune(rest)[1]);
        }
        chunk = chunk.slice(1);
      } else {
        if (first === escape) {
          chunk = chunk.slice(1);
          if (chunk.length === 0) return null;
        }
        if (!failed) {
          if (chunk[0] !== rest[0]) failed = true;
          rest = rest.slice(1);
        }
        chunk = chunk.slice(1);
      }
    }
    return failed ? false : rest;
  };
  outer: while (pattern.length > 0) {
    const [hasStar, chunk, after] = scan(pattern);
    pattern = after;
    if (hasStar && chunk.length === 0) return !name.includes(slash!);
    const here = matchChunk(chunk, name);
    if (here !== false && here !== null && (here.length === 0 || pattern.length > 0)) {
      name = here;
      continue;
    }
    if (here === null) return null;
    if (hasStar) {
      for (let index = 0; index < name.length && name[index] !== slash; index++) {
        const there = matchChunk(chunk, name.slice(index + 1));
        if (there === null) return null;
        if (there !== false) {
          if (pattern.length === 0 && there.length > 0) continue;
          name = there;
          continue outer;
        }
      }
    }
    while (pattern.length > 0) {
      const [, rest, next] = scan(pattern);
      pattern = next;
      if (matchChunk(rest, []) === null) return null;
    }
    return false;
  }
  return name.length === 0;
}

Deno.test("patterns match as Go's algorithm does, step by step", () => {
  const letters = fc.constantFrom("a", "b", "c", "/", "é", "☺", "-", "]", "^");
  const name = fc.array(letters, { maxLength: 8 }).map((parts) => parts.join(""));
  const signs = fc.constantFrom(
    "a",
    "b",
    "*",
    "?",
    "[",
    "]",
    "^",
    "-",
    "\\",
    "/",
    "é",
    "[a-c]",
    "[^a]",
  );
  const pattern = fc.array(signs, { maxLength: 8 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(pattern, name, (given, asked) => {
      let ours: boolean | null;
      try {
        ours = filepathMatch(given, asked);
      } catch (thrown) {
        assert(thrown instanceof BadPatternError);
        ours = null;
      }
      assertEquals([given, asked, ours], [given, asked, goMatch(given, asked)]);
    }),
    { numRuns: 20_000 },
  );
});

Deno.test("a pattern of many stars takes no exponential time", () => {
  const pattern = new FilepathPattern(`/${"a*".repeat(50)}b`);
  const began = performance.now();
  assert(!pattern.matches(`/${"a".repeat(2_000)}`));
  assert(performance.now() - began < 1_000);
});

Deno.test("a name that stands for no bytes is still seen by a pattern", () => {
  assert(filepathMatch("/secret/*", "/secret/\ud800"));
});
