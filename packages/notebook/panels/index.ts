// Panels inside lessons: the HTML of each, which stands for it in pages that are only read, and what brings it to life.
import { escaped } from '../render/escaped';
import { channelsHtml, wakeChannels } from './channels';
import { convolutionHtml, wakeConvolution } from './convolution';
import type { PanelData } from './data';
import { volumesHtml, wakeVolumes } from './volumes';

/** What each panel is called aloud. */
const TITLES: Readonly<Record<PanelData['panel'], string>> = {
  convolution: 'A convolution, number by number',
  channels: 'Three channels become one map',
  volumes: 'A network as volumes',
};

function insideHtml(data: PanelData): string {
  switch (data.panel) {
    case 'convolution':
      return convolutionHtml(data);
    case 'channels':
      return channelsHtml(data);
    case 'volumes':
      return volumesHtml(data);
  }
}

/** The panel as it is first seen. Its data goes with it, so that a page which has nothing but this HTML can bring it to life. */
export function panelHtml(data: PanelData): string {
  const kept = escaped(JSON.stringify(data));
  return `<div class="out touch ${data.panel}" role="group" aria-label="${TITLES[data.panel]}" data-panel="${kept}">${insideHtml(data)}</div>`;
}

function wakeInside(root: HTMLElement, data: PanelData): () => void {
  switch (data.panel) {
    case 'convolution':
      return wakeConvolution(root, data);
    case 'channels':
      return wakeChannels(root, data);
    case 'volumes':
      return wakeVolumes(root, data);
  }
}

/** Brings a panel to life whose HTML stands in `root`; what is given back ends it. */
export function wake(root: HTMLElement, data = JSON.parse(root.dataset.panel ?? 'null') as PanelData): () => void {
  return wakeInside(root, data);
}
