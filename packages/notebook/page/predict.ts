// Questions to predict in a text: their answers, which are folded where no script runs, become buttons of which one is chosen, and say at once why it is right or not.
import { make } from '../ui/dom';

let questions = 0;

/** Brings the questions of a text to life. */
export function askQuestions(text: ParentNode): void {
  for (const block of text.querySelectorAll<HTMLElement>('.lesson-predict')) {
    const answers = block.querySelector<HTMLElement>('.lesson-answers');
    if (answers) ask(block, answers);
  }
}

function ask(block: HTMLElement, answers: HTMLElement): void {
  const name = `question-${++questions}`;
  const why = make('div', { className: 'lesson-why' });
  why.setAttribute('role', 'status');
  const rows = [...answers.querySelectorAll<HTMLElement>('details')].map((answer) => {
    const [summary, ...reasons] = answer.children;
    const input = make('input', { type: 'radio', name });
    const label = make(
      'label',
      { className: 'lesson-answer' },
      input,
      make('span', {}, ...(summary?.childNodes ?? [])),
    );
    input.addEventListener('change', () => {
      for (const row of rows) delete row.dataset.chosen;
      label.dataset.chosen = reasons[0]?.classList.contains('lesson-right') ? 'right' : 'wrong';
      why.replaceChildren(...reasons);
    });
    return label;
  });
  const legend = make(
    'legend',
    { className: 'visually-hidden' },
    block.querySelector('p:not(.lesson-name)')?.textContent ?? 'Predict',
  );
  answers.replaceWith(make('fieldset', { className: 'lesson-answers' }, legend, ...rows, why));
}
