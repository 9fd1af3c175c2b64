/** What {@linkcode FakeTime} uses of `@sinonjs/fake-timers`, which comes without types. */

export interface Clock {
  readonly now: number;
  tick(milliseconds: number): number;
  tickAsync(milliseconds: number): Promise<number>;
  uninstall(): void;
}

export interface InstallOptions {
  readonly now?: number;
  readonly toFake?: readonly string[];
}

export function install(options?: InstallOptions): Clock;
