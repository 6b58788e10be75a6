// Owns the check of a row: what the message begins with, and that doing what it says goes through.
import { WebGPUUnavailableError } from 'lamplight';
import type { Row } from './row';
import { messageOf } from './row';

/** What is wrong with a row, or null; and its message. */
export async function checked({
  op,
  refused,
  applied,
  piece = '',
}: Row): Promise<{ message: string; wrong: string | null }> {
  let message = '';
  try {
    message = await messageOf(refused);
    if (message === '') return { message, wrong: `${op}: the call goes through` };
    if (!message.startsWith(op) || !/^(?:: |:\n|$)/.test(message.slice(op.length)))
      return { message, wrong: `expected a message of ${op}, but got '${message}'` };
    if (!piece.split('…').every((part) => message.includes(part)))
      return { message, wrong: `expected '${piece}' in '${message}'` };
    await applied(message);
    return { message, wrong: null };
  } catch (error) {
    // What is read back waits for a device, which is not refused.
    if (message && piece === '' && error instanceof WebGPUUnavailableError) return { message, wrong: null };
    return { message, wrong: `${op}: '${message}', but then ${error}` };
  }
}
