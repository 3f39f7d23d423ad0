/** The parts of the screen, one at a time: each is a question of its own. The first is shown unless the address says another. */
export const views = [
  { view: 'pages', name: 'Pages' },
  { view: 'folders', name: 'Folders' },
  { view: 'freshness', name: 'Freshness' },
  { view: 'unread', name: 'Not read' },
  { view: 'broken', name: 'Broken for agents' },
  { view: 'robots', name: 'robots.txt' },
] as const

export type PagesView = (typeof views)[number]['view']

export function viewOf(params: URLSearchParams): PagesView {
  return views.find(one => one.view === params.get('view'))?.view ?? 'pages'
}
