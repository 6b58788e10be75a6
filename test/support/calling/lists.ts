// Owns what the walk of the calling rule leaves out, each with its reason.

/** What only runs in a worker, and what only the library itself calls. */
export const apart = /^(data\.serve|data\.CsvTable|nn\.Module::blank)$/;
