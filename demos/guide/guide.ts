// The guide: README.md as a page, in which what is wider than the page can be moved by keyboard.
import { byId } from '../ui/dom';
import { keepOffline } from '../ui/offline';
import { focusWhileScrollable } from '../ui/scrollable';
import { initTheme } from '../ui/theme';

initTheme(byId('theme', HTMLButtonElement));
for (const box of document.querySelectorAll<HTMLElement>('.wide')) focusWhileScrollable(box);
keepOffline('../');
