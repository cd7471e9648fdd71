export { InvitationPage } from "./InvitationPage.tsx";
export { PartnershipsPage } from "./PartnershipsPage.tsx";
export { PeoplePage } from "./PeoplePage.tsx";
export {
  may,
  partnerOf,
  useInvitations,
  useMembers,
  usePartnership,
  usePartnerships,
} from "./queries.ts";
