/*
 * Runs before the first paint, so it is a file of its own and short: which frame index.html shows, and in which colours for whoever chose
 * others than the system's. It is no module, because a module would run after the paint; so nothing can be imported here.
 */
{
  const root = document.documentElement
  const screen = location.pathname === '/' ? 'overview' : location.pathname.slice(1)
  if (['overview', 'agents', 'pages', 'referrals', 'traffic', 'logs', 'graphs', 'health', 'setup', 'report'].includes(screen)) root.dataset['screen'] = screen
  try {
    // As `state/theme.ts` keeps it.
    const theme = localStorage.getItem('cistern.theme')
    if (theme === 'light' || theme === 'dark') root.dataset['theme'] = theme
  } catch {
    // No storage, no choice.
  }
}
