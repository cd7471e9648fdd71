import { Button, Radio, Stack, Text, Textarea } from "@mantine/core";
import { useMemo, useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { versionHash } from "../../domain/agreements/version.ts";
import type { Choice } from "../../domain/decisions/ballots.ts";
import type { DecisionView } from "../../domain/decisions/wire.ts";
import { useVersion } from "../agreements/index.tsx";
import { ErrorNotice } from "../ui/ErrorNotice.tsx";
import { Loading } from "../ui/Loading.tsx";
import { useCastBallot } from "./queries.ts";

const choices = ["for", "against", "abstain"] as const satisfies readonly Choice[];

interface BallotFormProps {
  readonly decision: DecisionView;
  /** The organisation for which one votes. */
  readonly partner: string;
  readonly onDone: () => void;
}

/** Casts a ballot, on the very text that this page has shown: its hash is computed here. */
export function BallotForm(props: BallotFormProps) {
  const { subject } = props.decision;
  if (subject === null) return <Ballot {...props} shown={null} />;
  return <BoundBallot {...props} subject={subject} />;
}

interface BoundProps extends BallotFormProps {
  readonly subject: NonNullable<DecisionView["subject"]>;
}

function BoundBallot({ subject, ...props }: BoundProps) {
  const { t } = useTranslation("agreements");
  const { data: version } = useVersion(subject.agreementId, subject.version);
  const shown = useMemo(
    () => (version === undefined ? undefined : versionHash(version.content)),
    [version],
  );
  if (shown === undefined) return <Loading words={t("version.loading")} />;
  return <Ballot {...props} shown={shown} />;
}

function Ballot(props: BallotFormProps & { readonly shown: string | null }) {
  const { decision, partner, shown, onDone } = props;
  const { t } = useTranslation("decisions");
  const [choice, setChoice] = useState<Choice | null>(decision.myBallot?.choice ?? null);
  const [comment, setComment] = useState(decision.myBallot?.comment ?? "");
  const [isIncomplete, setIncomplete] = useState(false);
  const cast = useCastBallot(decision, shown, onDone);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setIncomplete(choice === null);
    if (choice !== null) cast.mutate({ choice, comment: comment.trim() });
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <Radio.Group
          label={t("vote.question")}
          value={choice}
          error={isIncomplete ? t("vote.missing") : undefined}
          onChange={(value) => setChoice(choices.find((one) => one === value) ?? null)}
        >
          <Stack gap="xs" mt="xs">
            {choices.map((one) => (
              <Radio key={one} value={one} size="md" label={t(`choice.${one}`)} />
            ))}
          </Stack>
        </Radio.Group>
        <Textarea
          label={t("vote.comment")}
          description={t("vote.commentHelp")}
          value={comment}
          maxLength={2000}
          autosize
          minRows={2}
          onChange={(event) => setComment(event.currentTarget.value)}
        />
        <Text size="sm">
          {t(`vote.binds.${decision.rule.ballot.changeable}`, { partner })}{" "}
          {shown !== null && t("vote.names")}
        </Text>
        <ErrorNotice error={cast.error} />
        <Button type="submit" loading={cast.isPending} className="tall-button">
          <span className="tall-button__words">
            {t(`vote.submit.${choice ?? "none"}`, { partner })}
          </span>
        </Button>
      </Stack>
    </form>
  );
}
