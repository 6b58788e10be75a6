// Reads event files: records of TFRecord files, and of each event when it was, at which step, and what it says.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Event {
  readonly seconds: number;
  readonly step: number | null;
  /** The fields after the step, in base64. */
  readonly content: string;
  /** In base64; null where the event has none. */
  readonly summary: string | null;
}

/** Events of a file but for the first, which tells the version. */
export function eventsOf(bytes: Buffer): Event[] {
  const events: Event[] = [];
  for (let at = 0; at < bytes.length; at += 16 + bytes.readUInt32LE(at)) {
    const event = bytes.subarray(at + 12, at + 12 + bytes.readUInt32LE(at));
    // 1: seconds; 2: step, below 128; 5: summary, of a length in one to three bytes.
    let next = 9;
    const step = event[next] === 0x10 ? event[next + 1]! : null;
    if (step !== null) next += 2;
    const content = event.subarray(next).toString('base64');
    let summary: string | null = null;
    if (event[next] === 0x2a) {
      while (event[++next]! & 0x80);
      summary = event.subarray(next + 1).toString('base64');
    }
    events.push({ seconds: event.readDoubleLE(1), step, content, summary });
  }
  return events.slice(1);
}

/** Events of the one event file of a folder. */
export async function allEventsIn(path: string): Promise<Event[]> {
  const [name, ...others] = (await readdir(path)).filter((file) => file.startsWith('events.out.tfevents.'));
  if (name === undefined || others.length > 0) throw new Error(`expected one event file in ${path}`);
  return eventsOf(await readFile(join(path, name)));
}

/** Those with summaries. */
export const eventsIn = async (path: string): Promise<Event[]> =>
  (await allEventsIn(path)).filter(({ summary }) => summary !== null);

export const summariesIn = async (path: string): Promise<(string | null)[]> =>
  (await eventsIn(path)).map(({ summary }) => summary);
