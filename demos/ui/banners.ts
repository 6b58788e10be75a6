// Dismissible messages at the top of a page, one for each thing that went wrong, with what can be done about it.
import { make } from 'lamplight-notebook/ui/dom';

export interface BannerAction {
  readonly label: string;
  readonly run: () => void;
}

/** Shows a banner in `root`; the same title replaces the one before. */
export function showBanner(root: HTMLElement, title: string, message: string, action?: BannerAction): void {
  for (const banner of root.querySelectorAll('.banner')) {
    if (banner.querySelector('strong')?.textContent === title) banner.remove();
  }
  const close = make('button', { type: 'button', className: 'button quiet' }, 'Dismiss');
  const banner = make('div', { className: 'banner' }, make('p', {}, make('strong', {}, title), message));
  banner.setAttribute('role', 'alert');
  close.addEventListener('click', () => banner.remove());
  if (action) {
    const act = make('button', { type: 'button', className: 'button' }, action.label);
    act.addEventListener('click', () => {
      banner.remove();
      action.run();
    });
    banner.append(act);
  }
  banner.append(close);
  root.append(banner);
}

/** Takes all banners away. */
export function clearBanners(root: HTMLElement): void {
  root.replaceChildren();
}
