import { icons, type IconName } from '../src/parts/icons.ts'
import type { Figure } from '../src/parts/figure.ts'
import { listFigures } from '../src/screens/agents/figures.ts'
import { figures as readers } from '../src/screens/overview/figures.ts'
import { views } from '../src/screens/pages/views.ts'
import { figures as referralFigures } from '../src/screens/referrals/figures.ts'
import { titles } from '../src/screens/logs/titles.ts'
import { figures as requests } from '../src/screens/traffic/figures.ts'
import { screens, type Screen, type ScreenOf } from '../src/state/screens.ts'

/*
 * What index.html shows until the program is there: the frame of each screen in the program's own classes, so that nothing moves when it
 * takes over. `early.ts` says which screen it is; frame.css shows that one's parts. A test compares where things stand before and after.
 */

export function frame(): string {
  return `<div class="app frame" aria-hidden="true" inert>${nav()}<div class="page">${framed.map(topBar).join('')}<main>${framed.map(one => body(one.screen)).join('')}</main></div></div>`
}

/** What each screen's frame shows below its top bar. */
const bodies: Partial<Record<Screen, () => string>> = { overview, agents, pages, referrals, traffic, logs, graphs, health, setup, report }

const framed = screens.filter(one => one.screen in bodies)

function icon(name: IconName, size = 16): string {
  return `<svg class="icon" width="${size}" height="${size}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"><path d="${icons[name]}"/></svg>`
}

function nav(): string {
  const brand = '<svg width="26" height="26" viewBox="0 0 32 32"><path d="M6 5h20v17a5 5 0 0 1-5 5H11a5 5 0 0 1-5-5z" fill="var(--brand-deep)"/><path d="M6 14c3.3-2.4 6.7-2.4 10 0s6.7 2.4 10 0v8a5 5 0 0 1-5 5H11a5 5 0 0 1-5-5z" fill="var(--brand)"/></svg>'
  const links = screens.filter(one => one.key !== null).map(one => `<li><a class="nav-link of-${one.screen}">${icon(one.icon, 18)}<span>${one.name}</span></a></li>`)
  const foot = `<div class="popover theme-menu"><button class="button">${icon('screen')}</button></div><button class="quiet">${icon('keyboard')}</button><button class="quiet">${icon('signOut')}</button>`
  return `<nav class="nav"><a class="brand">${brand}<span>Cistern</span></a><ul>${links.join('')}</ul><div class="nav-foot">${foot}</div></nav>`
}

function topBar({ screen, title, tools, filter }: ScreenOf): string {
  const boxes = tools.map(tool => `<span class="frame-tool frame-${tool}"></span>`).join('')
  return `<header class="top-bar only-${screen}"><h1>${title}</h1>${tools.length > 0 ? `<div class="top-tools">${boxes}</div>` : ''}${filter ? `<div class="filter-bar">${icon('filter')}</div>` : ''}</header>`
}

function body(screen: Screen): string {
  return `<div class="${screen} only-${screen}">${bodies[screen]!()}</div>`
}

/** A panel with the grey bars of one that waits. Heights are classes: the policy of the page refuses styles in its text. */
function panel(title: string, height: number, more = ''): string {
  return `<section class="panel ${more}"><header class="panel-head"><h2>${title}</h2></header><div class="panel-body"><div class="loading frame-${height}"><i></i><i></i><i></i></div></div></section>`
}

function tiles(figures: readonly Figure[]): string {
  return `<dl class="tiles">${figures.map(one => `<div class="tile"><dt>${one.name}</dt><dd><span class="tile-value"><i class="blank"></i></span><span class="tile-delta"></span><span class="spark"></span></dd></div>`).join('')}</dl>`
}

function overview(): string {
  const lists = panel('Top agents', 248, 'overview-agents') + panel('Top AI sources', 248) + panel('Reads for each visit', 280)
  return `${tiles(readers)}<div class="overview-main">${panel('Page reads by class of reader', 266)}${panel('What is new', 266, 'news')}</div><div class="overview-lists">${lists}</div>`
}

function traffic(): string {
  const charts = panel('Requests by status', 256, 'chart-main') + ['Time taken', 'Cache hits and errors', 'Bytes sent'].map(title => panel(title, 176)).join('')
  const tops = panel('Top paths', 290, 'top-path') + panel('Top user agents', 290, 'top-user_agent')
  return `${tiles(requests)}<div class="charts">${charts}</div><div class="tops">${tops}</div>`
}

function logs(): string {
  return `<nav class="views log-signals">${Object.values(titles).map(title => `<a>${title}</a>`).join('')}</nav><aside class="log-facets"></aside><div class="log-main">${panel('Requests', 144, 'log-chart')}<section class="log-panel"><div class="log-bar"></div><div class="log-stage"></div></section></div>`
}

function graphs(): string {
  const list = '<section class="panel metric-panel"><header class="panel-head"><h2>All metrics</h2></header><div class="metric-tools"><span class="find"></span></div></section>'
  return `${list}<section class="panel graph-panel"><header class="panel-head"><h2>Graph</h2></header><div class="graph-nothing"></div></section>`
}

function health(): string {
  return `<section class="verdict waiting">${icon('health', 20)}<div><h2>Looking …</h2></div></section>${panel('Streams', 72)}<div class="health-charts">${panel('Rows, by the time in the log', 226, 'span-2')}${panel('Gaps', 68)}${['From Firehose to here', 'Rejected over time', 'Repeats over time'].map(title => panel(title, 176)).join('')}</div>`
}

function setup(): string {
  return '<ol class="steps"><li class="step"><span class="step-number">1</span><div class="step-body"><h2>Make a key for the stream</h2></div></li></ol>'
}

function agents(): string {
  return tiles(listFigures) + panel('Page reads by class', 246) + panel('Agents', 420)
}

function pages(): string {
  return `<nav class="views">${views.map(one => `<a>${one.name}</a>`).join('')}</nav>${panel('Pages', 796)}`
}

function referrals(): string {
  return `${tiles(referralFigures)}${panel('AI visits by product', 246)}${panel('Products', 280)}${panel('Landing pages', 520)}`
}

/** The report is shown when it is whole. */
function report(): string {
  return `<header class="report-head"><h2>Who read</h2><div class="report-tools"><button class="button">${icon('left', 14)}</button><button class="button">${icon('right', 14)}</button><button class="primary">Print or save as PDF</button></div><p class="report-lead"></p></header>`
}
