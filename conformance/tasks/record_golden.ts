/**
 * Records the sessions of `fixtures/fuse/sessions` again, from real mounts, and what every provider
 * answers differently to them and to those of `fixtures/wire`. A difference that has no reason yet is
 * told: it gets one by hand, or is a mistake.
 *
 * @module
 */
import { recordFuse } from "../golden/fuse_recorder.ts";
import { writeFuseRecording } from "../golden/fuse_recording.ts";
import { FUSE_SCRIPTS } from "../golden/fuse_scripts.ts";
import { goldenMemory } from "../golden/golden_providers.ts";
import { nameDifferences } from "../golden/golden_session.ts";
import {
  FUSE_SESSIONS,
  readDifferences,
  WIRE_SESSIONS,
  writeDifferences,
} from "../golden/golden_sessions.ts";

Deno.umask(0);
for (const script of FUSE_SCRIPTS) {
  const exchanges = await recordFuse(goldenMemory(), script);
  await writeFuseRecording(script.name, exchanges);
  console.log(`${script.name}: ${exchanges.length} messages`);
}
for (const [table, sessions] of [["fuse", FUSE_SESSIONS], ["wire", WIRE_SESSIONS]] as const) {
  const rows = await nameDifferences(sessions, readDifferences(table));
  await writeDifferences(table, rows);
  for (const { provider, session, reason } of rows) {
    if (reason === "") console.log(`${provider} differs in ${session}: why?`);
  }
}
