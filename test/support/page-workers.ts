// Workers of loaders in a page's tests, which count how many of them have ended.
import type { ServedTask } from './served-data';

/** How many workers that `doing` started have been ended. */
export let ended = 0;

/** The option `worker` of a loader whose workers do a task. */
export const doing = (task: ServedTask) => () => {
  const url = new URL('./served/page.ts', import.meta.url);
  const worker = new Worker(url, { type: 'module', name: JSON.stringify(task) });
  const terminate = worker.terminate.bind(worker);
  worker.terminate = () => {
    ended++;
    terminate();
  };
  return worker;
};
