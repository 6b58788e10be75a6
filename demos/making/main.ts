// The page that `npm start` shows while the reference is made: how far that is, and then the page that was asked for.
import { startShell } from '../ui/shell';

/** What the server tells. */
export interface Making {
  /** How much of it is done, from 0 to 1. */
  readonly share: number;
  /** What is being done, or what went wrong. */
  readonly doing: string;
  readonly state: 'making' | 'made' | 'failed';
}

/** How often it is asked, in ms. */
const ASK = 500;

const bar = document.querySelector<HTMLProgressElement>('#share')!;
const status = document.querySelector<HTMLElement>('#doing')!;

async function ask(): Promise<void> {
  const { share, doing, state } = (await (await fetch('/reference/making.json')).json()) as Making;
  bar.value = share;
  // What has not changed is not read out again.
  if (status.textContent !== doing) status.textContent = doing;
  if (state === 'made') location.reload();
  else if (state === 'making') setTimeout(again, ASK);
  else bar.remove();
}

function again(): void {
  ask().catch(() => {
    status.textContent = 'The server does not answer: is npm start still running?';
    setTimeout(again, 4 * ASK);
  });
}

startShell('/');
again();
