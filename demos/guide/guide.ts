// A page of the guide: its cells come to life, its lists open where there is room, its code is copied, and what is wider than the page can be moved by keyboard.
import { make } from 'lamplight-notebook/ui/dom';
import { focusWhileScrollable } from 'lamplight-notebook/ui/scrollable';
import { defineCells } from '../ui/lamplight-cell';
import { keepGroup } from '../ui/offline';
import { startShell } from '../ui/shell';
import { diagnose, noWebGpuNotice } from '../ui/webgpu-check';

for (const box of document.querySelectorAll<HTMLElement>('.wide')) focusWhileScrollable(box);

const roomy = matchMedia('(min-width: 1180px)');
const lists = document.querySelectorAll<HTMLDetailsElement>('.guide > nav > details');
const open = () => {
  for (const list of lists) list.open = roomy.matches;
};
open();
roomy.addEventListener('change', open);

for (const program of document.querySelectorAll<HTMLElement>('.program')) {
  const button = make('button', { type: 'button', className: 'copy', textContent: 'Copy' });
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(program.querySelector('code')?.textContent ?? '');
    button.textContent = 'Copied';
    setTimeout(() => {
      button.textContent = 'Copy';
    }, 1500);
  });
  program.append(button);
}

startShell('../../');
keepGroup('notebook');
defineCells();

const [firstCell] = document.querySelectorAll('lamplight-cell');
const diagnosis = firstCell && (await diagnose());
if (firstCell && diagnosis && !diagnosis.usable) {
  const words = 'The programs of this page can be read here, but not run. Why, and what helps';
  firstCell.before(make('details', { className: 'no-webgpu' }, make('summary', {}, words), noWebGpuNotice(diagnosis)));
}
