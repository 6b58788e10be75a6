// An exercise on a page: the cell that a reader changes gets a button that checks it, and says in words what came out.

import type { ErrorOutput } from '../protocol';
import { make } from '../ui/dom';
import type { CodeCell } from './code-cell';
import type { Lesson } from './lesson';

/** How a check came out. */
export type Verdict =
  | { readonly how: 'right' | 'stopped' }
  /** The cell that failed, and with what. */
  | { readonly how: 'wrong'; readonly cell: CodeCell; readonly error: ErrorOutput | undefined };

export class Exercise {
  readonly name: string;
  private readonly checkButton = make('button', { type: 'button', className: 'button primary' }, 'Check');
  private readonly againButton = make('button', { type: 'button', className: 'link', hidden: true }, 'Start again');
  private readonly verdict = make('p', { className: 'verdict' });
  private readonly solved = make('span', { className: 'solved', hidden: true }, 'Solved');
  /** What the cell holds while nothing was typed. */
  private readonly first: string;

  constructor(
    private readonly stub: CodeCell,
    private readonly lesson: Lesson | undefined,
    check: () => void,
  ) {
    this.name = stub.flags.exercise?.name ?? '';
    this.first = stub.source;
    this.verdict.setAttribute('role', 'status');
    this.checkButton.setAttribute('aria-label', `Check ${stub.called}`);
    this.checkButton.addEventListener('click', check);
    this.againButton.addEventListener('click', () => {
      stub.setSource(this.first);
      this.typed();
      this.say('', null);
      stub.focus();
    });
    stub.addTool(this.checkButton, this.againButton, this.solved);
    stub.element.append(this.verdict);
    const answer = lesson?.answer(this.name);
    if (answer !== undefined && answer !== this.first) stub.setSource(answer);
    this.showAgain();
    this.solved.hidden = !lesson?.isSolved(this.name);
  }

  /** The cell holds something else now. */
  typed(): void {
    const { source } = this.stub;
    this.lesson?.keep(this.name, source === this.first ? null : source);
    this.showAgain();
    this.say('', null);
  }

  begin(): void {
    this.checkButton.disabled = true;
    this.say('Checking…', null);
  }

  tell(verdict: Verdict): void {
    this.checkButton.disabled = false;
    if (verdict.how === 'stopped') this.say('', null);
    else if (verdict.how === 'wrong') this.say(this.wrong(verdict), false);
    else {
      this.lesson?.solve(this.name);
      this.solved.hidden = false;
      this.say('Right.', true);
    }
  }

  private wrong({ cell, error }: Extract<Verdict, { readonly how: 'wrong' }>): string {
    if (cell === this.stub) return 'Not yet: the code ends with the error that stands above.';
    if (cell.flags.exercise?.name !== this.name) return `${cell.called} has failed, and this exercise stands on it.`;
    if (!error) return 'Not yet.';
    return `Not yet: ${error.name === 'AssertionError' ? '' : `${error.name}: `}${error.message}`;
  }

  private say(text: string, isRight: boolean | null): void {
    this.verdict.textContent = text;
    if (isRight === null) delete this.verdict.dataset.right;
    else this.verdict.dataset.right = String(isRight);
  }

  private showAgain(): void {
    this.againButton.hidden = this.stub.source === this.first;
  }
}
