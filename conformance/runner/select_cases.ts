/**
 * Choosing cases by id.
 *
 * @module
 */
import type { Case } from "../case.ts";

/** Whether the id is the pattern, in which `*` stands for any text. */
export function matches(id: string, pattern: string): boolean {
  const parts = pattern.split("*").map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(id);
}

/**
 * The cases that one of the filters names: an operation (`rename`), an id, or a pattern with `*`. A
 * filter that starts with `-` takes cases out. No filter: all.
 */
export function selectCases(cases: readonly Case[], filters: readonly string[]): Case[] {
  const wanted = filters.filter((filter) => !filter.startsWith("-"));
  const unwanted = filters.filter((filter) => filter.startsWith("-")).map((text) => text.slice(1));
  const isNamed = (id: string, filter: string): boolean =>
    matches(id, filter) || id.startsWith(`${filter}/`);
  return cases.filter(({ id }) =>
    (wanted.length === 0 || wanted.some((filter) => isNamed(id, filter))) &&
    !unwanted.some((filter) => isNamed(id, filter))
  );
}
