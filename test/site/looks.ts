// What holds of a course's page however it is looked at: at both widths, by day and by night, before and after its cells have run.
import type { Page } from 'playwright';
import { brokenRules, inEachLook, type Look } from '../e2e/accessible';

/** What holds words and pictures. What only screen readers see is a pixel wide. */
const BOXES = 'main :is(pre, .code, .out, table, p, h1, h2, h3, figure, .verdict):not(.visually-hidden)';

/**
 * Pictures without a text or in both of their themes at once, what is cut and cannot be pushed along, formulas that do not fit or whose sums are as small as
 * letters, and a page that is wider than its window.
 */
const faults = (page: Page): Promise<string[]> =>
  page.evaluate((boxes) => {
    const untold = [...document.querySelectorAll('main :is(img, svg.figure, [role="img"])')]
      .filter((picture) => !(picture.getAttribute('alt') ?? picture.getAttribute('aria-label'))?.trim())
      .map((picture) => `without a text: ${picture.outerHTML.slice(0, 120)}`);
    const twice = [...document.querySelectorAll('main .in-dark')]
      .filter((dark) => dark.checkVisibility() === dark.parentElement?.querySelector('.in-light')?.checkVisibility())
      .map((dark) => `by day as by night: ${dark.getAttribute('alt')}`);
    const canBePushed = (element: Element): boolean => {
      for (let at: Element | null = element; at && at.tagName !== 'MAIN'; at = at.parentElement) {
        if (['auto', 'scroll'].includes(getComputedStyle(at).overflowX)) return true;
      }
      return false;
    };
    const cut = [...document.querySelectorAll(boxes)]
      .filter((element) => element.scrollWidth > element.clientWidth + 1 && element.checkVisibility())
      .filter((element) => !canBePushed(element))
      .map((element) => `cut: ${element.className} ${element.textContent?.slice(0, 80)}`);
    const formulas = [...document.querySelectorAll('main math[display="block"]')].filter((one) =>
      one.checkVisibility(),
    );
    const long = formulas
      .filter((formula) => formula.scrollWidth > formula.clientWidth + 1)
      .map((formula) => `a formula that does not fit: ${formula.textContent?.slice(0, 80)}`);
    const small = formulas
      .flatMap((formula) => [...formula.querySelectorAll('munderover > mo:first-child')])
      .filter((sum) => sum.textContent === '∑')
      .filter((sum) => sum.getBoundingClientRect().height < 1.2 * Number.parseFloat(getComputedStyle(sum).fontSize))
      .map((sum) => `a sum as small as a letter: ${sum.closest('math')?.textContent?.slice(0, 80)}`);
    const width = document.documentElement.scrollWidth;
    return [
      ...untold,
      ...twice,
      ...cut,
      ...long,
      ...small,
      ...(width > innerWidth ? [`the page is ${width} pixels wide`] : []),
    ];
  }, BOXES);

/**
 * What is wrong with a page at both widths, by day and by night: pictures without a text, what is cut, and what axe-core finds. That takes five seconds of a
 * course's page, so it looks at each of a course's pages in some ways, and at the course in all of them.
 * @param byRules how axe-core looks at it; not at all without JavaScript, which it needs
 */
export const wrongIn = (page: Page, byRules: readonly Look[]): Promise<string[]> =>
  inEachLook(page, async (look) => [
    ...(await faults(page)),
    ...(byRules.includes(look) ? await brokenRules(page) : []),
  ]);
