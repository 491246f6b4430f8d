/** The brand as it is called: its logo, or its name in type. */
import { brand } from "../brand.ts";

export function BrandName() {
  const { logo, name } = brand();
  return logo ? <img class="logo" src={logo} alt={name} /> : name;
}
