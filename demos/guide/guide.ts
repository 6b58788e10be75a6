// The guide: README.md as a page, in which what is wider than the page can be moved by keyboard.
import { defineCells } from '../ui/lamplight-cell';
import { focusWhileScrollable } from '../ui/scrollable';
import { startShell } from '../ui/shell';

for (const box of document.querySelectorAll<HTMLElement>('.wide')) focusWhileScrollable(box);
startShell('../');
defineCells();
