/**
 * A worker of `mountModule`, as the thread that mounts sees it.
 *
 * @module
 */
import { close, MemoryBlock, write } from "../libc/mod.ts";
import type { AgreementMessage, FromWorker, ToWorker } from "./module_message.ts";

type Loaded = Extract<FromWorker, { readonly kind: "loaded" }>;

/** Loads a module and serves a mount with it. */
export class ModuleWorker {
  readonly #worker: Worker;
  readonly #logger: (line: string) => void;
  readonly #loaded = Promise.withResolvers<Loaded>();
  readonly #serving = Promise.withResolvers<void>();
  readonly #agreed = Promise.withResolvers<AgreementMessage>();
  readonly #finished = Promise.withResolvers<void>();
  #wakeFd = -1;

  /** Starts the worker. */
  constructor(logger: (line: string) => void) {
    this.#logger = logger;
    this.#worker = new Worker(new URL("./module_worker.ts", import.meta.url), { type: "module" });
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#hear(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#fail(event.message);
    };
    // Whoever awaits one of them gets the error; nobody has to.
    const all = [this.#loaded, this.#serving, this.#agreed, this.#finished];
    for (const { promise } of all) promise.catch(() => {});
  }

  /** What the kernel agreed on with this worker. */
  get agreed(): Promise<AgreementMessage> {
    return this.#agreed.promise;
  }

  /** Resolves when the mount has ended; rejects when this worker failed. */
  get finished(): Promise<void> {
    return this.#finished.promise;
  }

  /** Loads the module. */
  load(url: string): Promise<Loaded> {
    this.#tell({ kind: "load", url });
    return this.#loaded.promise;
  }

  /** Serves a mount. Resolves when requests are being read. */
  serve(order: Extract<ToWorker, { readonly kind: "serve" }>): Promise<void> {
    this.#tell(order);
    return this.#serving.promise;
  }

  #tell(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #hear(message: FromWorker): void {
    switch (message.kind) {
      case "loaded":
        return this.#loaded.resolve(message);
      case "serving":
        this.#wakeFd = message.wakeFd;
        return this.#serving.resolve();
      case "agreed":
        return this.#agreed.resolve(message.agreement);
      case "log":
        return this.#logger(message.line);
      case "failed":
        return this.#fail(message.reason);
      case "finished":
        return this.#finished.resolve();
    }
  }

  #fail(reason: string): void {
    const error = new Error(reason);
    for (const one of [this.#loaded, this.#serving, this.#agreed, this.#finished]) {
      one.reject(error);
    }
  }

  /** Ends the thread. One that still waits for the kernel is woken, so that it lets the descriptor go. */
  end(): void {
    if (this.#wakeFd >= 0) {
      const one = new MemoryBlock(8);
      one.view.setUint32(0, 1, true);
      write(this.#wakeFd, one.address, 8);
      close(this.#wakeFd);
      this.#wakeFd = -1;
    }
    this.#worker.terminate();
  }
}
