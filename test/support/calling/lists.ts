// Owns what the walk of the calling rule leaves out, each with its reason.

/** What only runs in a worker. */
export const apart = /^data\.serve$/;
