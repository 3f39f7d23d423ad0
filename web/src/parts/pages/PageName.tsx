import { Fragment } from 'preact'
import { filterBy } from '../../filter/use'
import { Visible } from '../Visible'

/** A page by its path, with its host behind it where there are several. */
export function PageText({ page, several }: { page: string; several: boolean }) {
  const slash = page.indexOf('/')
  return <><Path text={page.slice(slash)} />{several && <small> <Visible text={page.slice(0, slash)} /></small>}</>
}

/** A path that breaks behind its folders where it is too long for a line. One of very many folders is nobody's page. */
function Path({ text }: { text: string }) {
  const parts = text.split(/(?<=[^/]\/)(?=[^/])/)
  return parts.length > 12 ? <Visible text={text} /> : <>{parts.map((part, place) => <Fragment key={place}>{place > 0 && <wbr />}<Visible text={part} /></Fragment>)}</>
}

/** A page as a button that filters by it, as the names of all lists do. */
export function PageName({ page, several }: { page: string; several: boolean }) {
  return (
    <button type="button" class="page-name" title={`${page}\nClick to filter by it; Alt-click to leave it out`} onClick={event => filterBy('page', page, event.altKey || event.shiftKey)}>
      <PageText page={page} several={several} />
    </button>
  )
}
