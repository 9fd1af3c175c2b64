/**
 * Cases from a module of the caller's own.
 *
 * @module
 */
import type { Case } from "../case.ts";
import { moduleURL } from "./target.ts";

/** A module that holds no cases. */
export class CaseModuleError extends Error {
  override readonly name = "CaseModuleError";
}

function isCase(value: unknown): value is Case {
  return typeof value === "object" && value !== null && "id" in value && "steps" in value &&
    "needs" in value && typeof value.steps === "function";
}

/**
 * The cases that a module exports as default: what `caseFile` collects.
 *
 * @throws {CaseModuleError} When it exports none.
 */
export async function caseModule(name: string): Promise<readonly Case[]> {
  const url = moduleURL(name);
  const module: { readonly default?: unknown } = await import(url);
  const exported = module.default;
  if (Array.isArray(exported) && exported.length > 0 && exported.every(isCase)) return exported;
  throw new CaseModuleError(
    `The default export of ${url} must be cases, as caseFile() collects them`,
  );
}
