/** The types of `@std/assert` 1.x, written from its documentation: npm has only its JavaScript. */

type AbstractClass<T> = abstract new (...args: never[]) => T;
type ErrorClass<E extends Error = Error> = abstract new (...args: never[]) => E;
type Falsy = false | 0 | 0n | "" | null | undefined;

export class AssertionError extends Error {
  constructor(message: string, options?: ErrorOptions);
}

export function assert(value: unknown, message?: string): asserts value;
export function assertFalse(value: unknown, message?: string): asserts value is Falsy;
export function assertExists<T>(actual: T, message?: string): asserts actual is NonNullable<T>;
export function assertEquals<T>(actual: T, expected: T, message?: string): void;
export function assertNotEquals<T>(actual: T, expected: T, message?: string): void;
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  message?: string,
): asserts actual is T;
export function assertNotStrictEquals<T>(actual: T, expected: T, message?: string): void;
export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance?: number,
  message?: string,
): void;
export function assertGreater<T>(actual: T, expected: T, message?: string): void;
export function assertGreaterOrEqual<T>(actual: T, expected: T, message?: string): void;
export function assertLess<T>(actual: T, expected: T, message?: string): void;
export function assertLessOrEqual<T>(actual: T, expected: T, message?: string): void;
export function assertInstanceOf<T>(
  actual: unknown,
  expectedType: AbstractClass<T>,
  message?: string,
): asserts actual is T;
export function assertNotInstanceOf<A, T>(
  actual: A,
  unexpectedType: AbstractClass<T>,
  message?: string,
): asserts actual is Exclude<A, T>;
export function assertArrayIncludes<T>(
  actual: ArrayLike<T>,
  expected: ArrayLike<T>,
  message?: string,
): void;
export function assertObjectMatch(
  actual: object,
  expected: Record<PropertyKey, unknown>,
  message?: string,
): void;
export function assertStringIncludes(actual: string, expected: string, message?: string): void;
export function assertMatch(actual: string, expected: RegExp, message?: string): void;
export function assertNotMatch(actual: string, expected: RegExp, message?: string): void;
export function assertIsError<E extends Error = Error>(
  error: unknown,
  errorClass?: ErrorClass<E>,
  messageMatches?: string | RegExp,
  message?: string,
): asserts error is E;
export function assertThrows(run: () => unknown, message?: string): unknown;
export function assertThrows<E extends Error = Error>(
  run: () => unknown,
  errorClass: ErrorClass<E>,
  messageIncludes?: string,
  message?: string,
): E;
export function assertRejects(run: () => PromiseLike<unknown>, message?: string): Promise<unknown>;
export function assertRejects<E extends Error = Error>(
  run: () => PromiseLike<unknown>,
  errorClass: ErrorClass<E>,
  messageIncludes?: string,
  message?: string,
): Promise<E>;
export function equal(a: unknown, b: unknown): boolean;
export function fail(message?: string): never;
export function unimplemented(message?: string): never;
export function unreachable(message?: string): never;
