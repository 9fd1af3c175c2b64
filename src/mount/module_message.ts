/**
 * What a mounting thread and the worker that serves say to each other.
 *
 * @module
 */
import { type Agreement, InitFlags } from "../fuse/mod.ts";
import type { MountOptions } from "./mount.ts";

/** Options that a worker gets: no functions. */
export type WorkerOptions = Omit<MountOptions, "logger" | "onAdd" | "serverCallbacks">;

/** An {@linkcode Agreement} as a message can hold it. */
export interface AgreementMessage extends Omit<Agreement, "flags"> {
  /** Bits 0 to 31. */
  readonly low: number;
  /** Bits 32 to 63. */
  readonly high: number;
}

/** Has a worker load the module, or serve what has been mounted. */
export type ToWorker =
  | { readonly kind: "load"; readonly url: string }
  | {
    readonly kind: "serve";
    readonly mountpoint: string;
    readonly fd: number;
    readonly options: WorkerOptions;
    /** The name of the channel on which loops of one mount tell each other of interrupts. */
    readonly channel: string;
    /** What the first loop agreed on; null for the first loop. */
    readonly agreement: AgreementMessage | null;
  };

/** What a worker reports. */
export type FromWorker =
  | { readonly kind: "loaded"; readonly readOnly: boolean; readonly isRaw: boolean }
  | {
    readonly kind: "serving";
    /** Wakes the worker while it serves. It belongs to who gets the message, however the worker ends. */
    readonly wakeFd: number;
  }
  | { readonly kind: "agreed"; readonly agreement: AgreementMessage }
  | { readonly kind: "log"; readonly line: string }
  | { readonly kind: "failed"; readonly reason: string }
  | { readonly kind: "finished" };

/** The agreement as a message. */
export function toMessage({ flags, ...others }: Agreement): AgreementMessage {
  return { ...others, low: flags.low, high: flags.high };
}

/** The agreement of a message. */
export function fromMessage({ low, high, ...others }: AgreementMessage): Agreement {
  return { ...others, flags: InitFlags.fromWords(low, high) };
}
