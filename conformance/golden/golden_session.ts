/**
 * Recorded sessions and what every provider answers to them today.
 *
 * @module
 */
import type { Capability, Provider } from "../../src/provider/mod.ts";
import { type Fill, GOLDEN_PROVIDERS } from "./golden_providers.ts";

/** A recorded session that can be said again. */
export interface GoldenSession {
  /** Its name. */
  readonly name: string;
  /** What is asked for in it, beyond the core. */
  readonly needs: readonly Capability[];
  /** What the filesystem has at the beginning. */
  readonly fill: Fill;
  /** Says it to a provider. Returns what is answered differently, with the number of the exchange. */
  replay(provider: Provider): Promise<readonly ReplyDifference[]>;
}

/** A reply that is not the recorded one. */
export interface ReplyDifference {
  /** The number of the exchange, from 0. */
  readonly exchange: number;
  /** Both replies, for people. */
  readonly text: string;
}

/** What one provider answers differently in one session: a row of `differences.json`. */
export interface NamedDifference {
  /** The provider. */
  readonly provider: string;
  /** The session. */
  readonly session: string;
  /** The exchanges that are answered differently. */
  readonly exchanges: readonly number[];
  /** What the session needs and the provider does not declare. */
  readonly without: readonly Capability[];
  /** Why it is no mistake. */
  readonly reason: string;
}

/** A difference without its reason, and with the words for people. */
export type FoundDifference = Omit<NamedDifference, "reason"> & { readonly text: string };

/** Says the session to one provider; undefined when all replies are the recorded ones. */
export async function findDifference(
  session: GoldenSession,
  provider: string,
): Promise<FoundDifference | undefined> {
  const make = GOLDEN_PROVIDERS.get(provider);
  if (make === undefined) throw new Error(`There is no provider named ${provider}`);
  await using golden = await make(session.fill);
  const { capabilities } = golden.provider;
  const differences = await session.replay(golden.provider);
  if (differences.length === 0) return undefined;
  return {
    provider,
    session: session.name,
    exchanges: differences.map(({ exchange }) => exchange),
    without: session.needs.filter((need) => !capabilities.has(need)),
    text: differences.map(({ text }) => text).join("\n"),
  };
}

/** What differs anywhere, with the reasons of `known` where those are told. */
export async function nameDifferences(
  sessions: readonly GoldenSession[],
  known: readonly NamedDifference[],
): Promise<NamedDifference[]> {
  const rows: NamedDifference[] = [];
  for (const provider of GOLDEN_PROVIDERS.keys()) {
    for (const session of sessions) {
      const found = await findDifference(session, provider);
      if (found === undefined) continue;
      const { text: _, ...row } = found;
      const before = known.find((each) =>
        each.provider === provider && each.session === session.name
      );
      rows.push({ ...row, reason: before?.reason ?? "" });
    }
  }
  return rows;
}
