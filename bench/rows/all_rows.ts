/**
 * Every row of the report, by file.
 *
 * @module
 */
import type { MountRow } from "../report/row.ts";
import { rows as builds } from "./mount_builds.ts";
import { rows as data } from "./mount_data.ts";
import { rows as names } from "./mount_names.ts";
import { rows as programs } from "./mount_programs.ts";
import { rows as stat } from "./mount_stat.ts";

/** The rows through mounts: the name of the file is that of the group. */
export const mountGroups: Readonly<Record<string, readonly MountRow[]>> = {
  mount_stat: stat,
  mount_names: names,
  mount_data: data,
  mount_programs: programs,
  mount_builds: builds,
};
