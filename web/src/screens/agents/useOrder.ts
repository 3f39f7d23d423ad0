import { type Order, orderOf, textOfOrder } from '../../parts/order'
import { go, useParam } from '../../state/url'

/** The order of a table, which stands in the address unless it is the usual one. */
export function useOrder(param: string, keys: readonly string[], usual: string): [Order, (order: Order) => void] {
  const order = orderOf(useParam(param), keys, usual)
  return [order, next => go({ [param]: textOfOrder(next) === usual ? null : textOfOrder(next) }, { replace: true })]
}
