import { Button, Checkbox, Group, PasswordInput, Stack, TextInput, Title } from "@mantine/core";
import { useId, useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { consentStatement } from "../../domain/signing/consent.ts";
import type { SignatoryView, SignatureRequestView } from "../../domain/signing/wire.ts";
import { ErrorNotice } from "../ui/ErrorNotice.tsx";
import { Loading } from "../ui/Loading.tsx";
import { Time } from "../ui/Time.tsx";
import { DeclineDialog } from "./EndRequest.tsx";
import { useSign } from "./queries.ts";

interface YourSignatureProps {
  readonly request: SignatureRequestView;
  /** SHA-256 of the document on this page, as this browser computed it; null until it has arrived. */
  readonly shown: string | null;
}

/** The caller's part: to sign now, to wait, or what they have signed. Nothing for those without a part. */
export function YourSignature({ request, shown }: YourSignatureProps) {
  const { me, signatories, state } = request;
  const seat = signatories.find(({ slot }) => slot === me?.slot);
  if (me === null || seat === undefined) return null;
  if (seat.signedAt !== null) return <Signed request={request} seat={seat} />;
  if (me.obstacle === null) return <SignCard request={request} shown={shown} seat={seat} />;
  if (state !== "preparing" && me.obstacle !== "not-your-turn") return null;
  return <Waiting request={request} seat={seat} />;
}

interface SeatProps {
  readonly request: SignatureRequestView;
  readonly seat: SignatoryView;
}

function Signed({ request, seat }: SeatProps) {
  const { t } = useTranslation("signing");
  const rest = request.signatories.filter(({ status }) => status === "due" || status === "waiting");
  return (
    <section className="card card--good" aria-label={t("yours.title")} aria-live="polite">
      <Title order={2}>{t("yours.signed", { partner: seat.partnerName })}</Title>
      <p>
        {seat.signedAt !== null && <Time at={seat.signedAt} />}
        {seat.authority !== null && ` · ${seat.authority}`}
      </p>
      {request.state === "open" && (
        <p>{t("yours.others", { names: rest.map(({ name }) => name).join(", ") })}</p>
      )}
    </section>
  );
}

function Waiting({ request, seat }: SeatProps) {
  const { t } = useTranslation("signing");
  const due = request.signatories.filter(({ status }) => status === "due");
  return (
    <section className="card" aria-label={t("yours.title")}>
      <Title order={2}>{t("yours.later", { partner: seat.partnerName })}</Title>
      <p>
        {request.state === "preparing"
          ? t("yours.afterPreparation")
          : t("yours.after", { names: due.map(({ name }) => name).join(", ") })}
      </p>
    </section>
  );
}

function SignCard({ request, seat, shown }: SeatProps & { readonly shown: string | null }) {
  const { t } = useTranslation("signing");
  const [isDeclining, setDeclining] = useState(false);
  return (
    <section className="card card--act" aria-label={t("yours.title")}>
      <Title order={2}>{t("yours.sign", { partner: seat.partnerName })}</Title>
      <SignForm request={request} seat={seat} shown={shown} />
      <Group mt="md">
        <Button
          variant="subtle"
          size="compact-sm"
          color="red"
          c="var(--bad)"
          onClick={() => setDeclining(true)}
        >
          {t("decline.open")}
        </Button>
      </Group>
      {isDeclining && (
        <DeclineDialog
          request={request}
          partner={seat.partnerName}
          onClose={() => setDeclining(false)}
        />
      )}
    </section>
  );
}

function statementOf({ request, seat }: SeatProps, authority: string): string {
  const { language, title, version, contentSha256 } = request;
  const { name, partnerName } = seat;
  const subject = { language, title, version, contentSha256, name, partnerName };
  return consentStatement(authority === "" ? subject : { ...subject, authority });
}

function SignForm({ request, seat, shown }: SeatProps & { readonly shown: string | null }) {
  const { t } = useTranslation("signing");
  const statementId = useId();
  const [authority, setAuthority] = useState(seat.authority ?? "");
  const [hasConsented, setConsented] = useState(false);
  const [password, setPassword] = useState("");
  const [isChecked, setChecked] = useState(false);
  const sign = useSign(request, () => setPassword(""));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setChecked(true);
    if (!hasConsented || password === "" || shown === null) return;
    sign.mutate({ authority: authority.trim(), password, documentSha256: shown });
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <p className="quiet">{t("yours.readFirst")}</p>
        <TextInput
          label={t("yours.authority")}
          description={t("yours.authorityHelp")}
          value={authority}
          maxLength={200}
          onChange={(event) => setAuthority(event.currentTarget.value)}
        />
        <blockquote className="consent" id={statementId} lang={request.language}>
          {statementOf({ request, seat }, authority.trim())}
        </blockquote>
        <Checkbox
          label={t("yours.consent")}
          aria-describedby={statementId}
          checked={hasConsented}
          error={isChecked && !hasConsented ? t("yours.consentMissing") : undefined}
          onChange={(event) => setConsented(event.currentTarget.checked)}
        />
        <PasswordInput
          label={t("yours.password")}
          description={t("yours.passwordHelp")}
          value={password}
          autoComplete="current-password"
          error={isChecked && password === "" ? t("yours.passwordMissing") : undefined}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <p className="quiet">{t("yours.binds", { partner: seat.partnerName })}</p>
        <ErrorNotice error={sign.error} />
        <SignButton
          partner={seat.partnerName}
          isPending={sign.isPending}
          isShown={shown !== null}
        />
      </Stack>
    </form>
  );
}

interface SignButtonProps {
  readonly partner: string;
  readonly isPending: boolean;
  readonly isShown: boolean;
}

function SignButton({ partner, isPending, isShown }: SignButtonProps) {
  const { t } = useTranslation("signing");
  return (
    <>
      {isPending && <Loading words={t("yours.signing")} />}
      {!isShown && <p className="quiet">{t("yours.awaitsDocument")}</p>}
      <Button type="submit" disabled={isPending || !isShown} className="tall-button">
        <span className="tall-button__words">{t("yours.submit", { partner })}</span>
      </Button>
    </>
  );
}
