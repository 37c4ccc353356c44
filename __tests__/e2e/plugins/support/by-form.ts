import type { Attributes } from "./recordings";

const ID = /[0-9a-f]{64}/g;
const SHORT_ID = /^[0-9a-f]{12}$/;
const MAC = /^02:42(:[0-9a-f]{2}){4}$/;
const IPV4 = /^\d+\.\d+\.\d+\.\d+(\/\d+)?$/;
const IPV6 = /^[0-9a-f]*:[0-9a-f:]+$/;
/** Fields that hold addresses which the engine chose. */
const ADDRESSES = new Set(["ip_address", "global_ipv6_address", "gateway", "subnet", "mac_address"]);

/**
 * A state with the values that differ from run to run replaced by their form: ids, and what is not `written` of addresses.
 * Networks are sorted: the provider lists them in no order.
 */
export function byForm(state: Attributes, written: Attributes): Attributes {
  return convert(state, "", JSON.stringify(written)) as Attributes;
}

function convert(value: unknown, name: string, written: string): unknown {
  if (Array.isArray(value)) {
    const elements = value.map((element) => convert(element, name, written));
    return name === "network_data"
      ? elements.sort((one, other) => (text(one) < text(other) ? -1 : 1))
      : elements;
  }
  if (typeof value === "object" && value !== null) {
    const fields = Object.entries(value).map(([field, inner]) => [field, convert(inner, field, written)]);
    return Object.fromEntries(fields.sort(([one], [other]) => (String(one) < String(other) ? -1 : 1)));
  }
  return typeof value === "string" ? formOf(value, name, written) : value;
}

function formOf(value: string, name: string, written: string): string {
  if (name === "hostname" && SHORT_ID.test(value)) return "<short id>";
  if (ADDRESSES.has(name) && !written.includes(`"${value}"`)) {
    if (MAC.test(value)) return "<MAC>";
    if (IPV4.test(value)) return value.includes("/") ? "<IPv4>/<length>" : "<IPv4>";
    if (IPV6.test(value)) return "<IPv6>";
  }
  return value.replace(ID, "<id>");
}

function text(value: unknown): string {
  return JSON.stringify((value as { network_name?: string }).network_name ?? value);
}
