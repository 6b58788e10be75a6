// Panels inside lessons: the HTML of each, which stands for it in pages that are only read, and what brings it to life.
import { escaped } from '../render/escaped';
import { backwardHtml, wakeBackward } from './backward';
import { channelsHtml, wakeChannels } from './channels';
import { convolutionHtml, wakeConvolution } from './convolution';
import type { Ask, Life, PanelData } from './data';
import { filmHtml, thinned, wakeFilm } from './film';
import { padHtml, wakePad } from './pad';
import { pageHtml, wakePage } from './page';
import { reelHtml, wakeReel } from './reel';
import { shiftHtml, wakeShift } from './shift';
import { volumesHtml, wakeVolumes } from './volumes';

/** What each panel is called aloud. */
const TITLES: Readonly<Record<PanelData['panel'], string>> = {
  convolution: 'A convolution, number by number',
  backward: 'The gradients of a convolution, number by number',
  channels: 'Three channels become one map',
  volumes: 'A network as volumes',
  film: 'A film of small maps',
  reel: 'A film of pictures',
  pad: 'Draw, and the network answers',
  shift: 'A picture that is moved, seen by two networks',
  page: 'A page of the gallery',
};

function insideHtml(data: PanelData): string {
  switch (data.panel) {
    case 'convolution':
      return convolutionHtml(data);
    case 'backward':
      return backwardHtml(data);
    case 'channels':
      return channelsHtml(data);
    case 'volumes':
      return volumesHtml(data);
    case 'film':
      return filmHtml(data);
    case 'reel':
      return reelHtml(data);
    case 'pad':
      return padHtml(data);
    case 'shift':
      return shiftHtml(data);
    case 'page':
      return pageHtml(data);
  }
}

/** The panel as it is first seen. Its data goes with it, so that a page which has nothing but this HTML can bring it to life. */
export function panelHtml(data: PanelData): string {
  const kept = escaped(JSON.stringify(data));
  return `<div class="out touch ${data.panel}" role="group" aria-label="${TITLES[data.panel]}" data-panel="${kept}">${insideHtml(data)}</div>`;
}

/** The panel as a recording keeps it: of a long film only some frames. */
export const recordedHtml = (data: PanelData): string => panelHtml(data.panel === 'film' ? thinned(data) : data);

/** Brings a panel to life whose HTML stands in `root`. `ask`: where there is a worker that may be asked. */
export function wake(root: HTMLElement, data = JSON.parse(root.dataset.panel ?? 'null') as PanelData, ask?: Ask): Life {
  switch (data.panel) {
    case 'convolution':
      return wakeConvolution(root, data);
    case 'backward':
      return wakeBackward(root, data);
    case 'channels':
      return wakeChannels(root, data);
    case 'volumes':
      return wakeVolumes(root, data);
    case 'film':
      return wakeFilm(root, data);
    case 'reel':
      return wakeReel(root, data);
    case 'pad':
      return wakePad(root, data, ask);
    case 'shift':
      return wakeShift(root, data);
    case 'page':
      return wakePage(root, data);
  }
}
