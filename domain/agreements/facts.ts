/** Facts are typed by the template's model, so they are defined beside it; agreements speak of them here. */
export { partiesOf, type Facts, type Party } from "../templates/facts.ts";
