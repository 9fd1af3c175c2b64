/**
 * A provider that knows which of its files are open, for tests.
 *
 * @module
 */
import { chain, type MaybePromise } from "../../base/mod.ts";
import { type Context, Forward, ForwardHandle, type Handle } from "../../provider/mod.ts";

/** Counts open files where they are opened: a server must close them, not only forget them. */
export class CountedProvider extends Forward {
  /** How many are open. */
  openHandles = 0;

  override open(
    path: string,
    flags: number,
    mode: number,
    context?: Context,
  ): MaybePromise<Handle> {
    return chain(this.inner.open(path, flags, mode, context), (handle) => this.#count(handle));
  }

  override create(path: string, mode: number, context?: Context): MaybePromise<Handle> {
    return chain(this.inner.create(path, mode, context), (handle) => this.#count(handle));
  }

  #count(handle: Handle): Handle {
    this.openHandles++;
    return new CountedHandle(handle, () => this.openHandles--);
  }
}

class CountedHandle extends ForwardHandle {
  readonly #onClose: () => void;

  constructor(inner: Handle, onClose: () => void) {
    super(inner);
    this.#onClose = onClose;
  }

  override close(): MaybePromise<void> {
    this.#onClose();
    return super.close();
  }
}
