// Runs before the files of Node. While the device works, Dawn looks at every turn of Node's loop whether it is done, which keeps a core
// busy. Where the device is a processor, that core is half of it: a look each millisecond does.

const immediate = globalThis.setImmediate;

/** Dawn gives a function of native code, and fetches `setImmediate` anew each time. */
const isDawns = (task: () => void) => Function.prototype.toString.call(task).includes('[native code]');

function soon(task: () => void, ...args: []) {
  return isDawns(task) ? setTimeout(task, 1) : immediate(task, ...args);
}

// Files that share a process come here in turn.
if (immediate.name !== soon.name)
  globalThis.setImmediate = Object.assign(soon, immediate) as unknown as typeof setImmediate;
