/**
 * A small tree behind hooks that note what they see.
 *
 * @module
 */
import { FsError } from "../../base/mod.ts";
import { mkdirAll, writeFile } from "../../provider/mod.ts";
import { MemoryProvider } from "../../providers/mod.ts";
import type { Hook } from "../hook.ts";
import { type HookEngine, newHookEngineWithCallbacks } from "../hook_engine.ts";
import type { HookRequest } from "../hook_request.ts";
import type { HookResult } from "../hook_result.ts";
import { type InterceptProvider, newInterceptProvider } from "../intercept_provider.ts";

/** What {@linkcode noting} makes. */
export interface Noting {
  /** `inner` behind the hooks. */
  readonly provider: InterceptProvider;
  /** The tree. */
  readonly inner: MemoryProvider;
  /** The hooks' engine. */
  readonly engine: HookEngine;
  /** What before hooks were asked: `op:syscall path newPath`. */
  readonly asked: string[];
  /** What after hooks were told: `op path code` or `op path bytes`. */
  readonly ended: string[];
}

/** `/f`, `/dir/g`, `/dir/sub` and `/link` (to `f`). */
export async function smallTree(): Promise<MemoryProvider> {
  const provider = new MemoryProvider();
  await mkdirAll(provider, "/dir/sub");
  await writeFile(provider, "/f", "content");
  await writeFile(provider, "/dir/g", "more");
  provider.symlink("f", "/link");
  return provider;
}

/** The small tree behind an engine that notes everything that hooks are asked, and `more` hooks. */
export async function noting(more: Hook[] = []): Promise<Noting> {
  const asked: string[] = [];
  const ended: string[] = [];
  const engine = newHookEngineWithCallbacks([
    { before: (request) => void asked.push(tell(request)) },
    { phase: "after", after: (request, result) => void ended.push(tellResult(request, result)) },
    ...more,
  ]);
  const inner = await smallTree();
  return { provider: newInterceptProvider(inner, engine), inner, engine, asked, ended };
}

/** A request as `op:syscall path newPath`. */
export function tell({ op, syscall, path, newPath }: HookRequest): string {
  return `${op}:${syscall} ${path}${newPath === "" ? "" : ` ${newPath}`}`;
}

function tellResult({ op, path }: HookRequest, { err, bytes }: HookResult): string {
  return `${op} ${path} ${err instanceof FsError ? err.code : bytes}`;
}
