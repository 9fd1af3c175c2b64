/**
 * The command line of fusewire: `serve`, `mount`, `record`, `replay` and `demo`.
 *
 * `deno run -A jsr:@fusewire/vfs/cli --help` explains itself. A command is one file here; it returns
 * its exit code (0 done, 1 failed, 2 wrong usage), prints results on stdout and problems on stderr, and
 * ends cleanly on Ctrl-C, SIGTERM, SIGQUIT and, unless started by nohup(1), SIGHUP. Importing this module, `--help` and `--version` need no permission.
 *
 * @module
 */
import { main } from "./main.ts";

export { EXIT_CODE, type ExitCode } from "./exit_code.ts";
export { main } from "./main.ts";
export { VERSION } from "./version.ts";

if (import.meta.main) Deno.exit(await main(Deno.args));
