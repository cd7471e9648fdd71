import type { ApiRefusalCode } from "../platform/refusal.ts";

/** A refusal in words: what happened, what is safe, what to do now. */
export type RefusalWords = {
  readonly what: string;
  readonly safe: string;
  readonly next: string;
};

const nothingChanged = "Rien n’a été modifié.";
const inputKept = "Ce que vous avez saisi est toujours là.";

/** Every refusal, in French. */
export const refusals: Record<ApiRefusalCode, RefusalWords> = {
  offline: {
    what: "Le serveur ne répond pas.",
    safe: "Ce qui était enregistré le reste.",
    next: "Vérifiez votre connexion, puis réessayez.",
  },
  "not-authenticated": {
    what: "Vous n’êtes pas connecté.",
    safe: nothingChanged,
    next: "Connectez-vous, puis recommencez.",
  },
  "session-ended": {
    what: "Votre session est terminée.",
    safe: "Ce qui était enregistré le reste.",
    next: "Connectez-vous de nouveau.",
  },
  "wrong-credentials": {
    what: "L’adresse ou le mot de passe ne convient pas.",
    safe: nothingChanged,
    next: "Vérifiez les deux et réessayez.",
  },
  "step-up-failed": {
    what: "Le mot de passe n’est pas le bon : l’acte n’a pas été accompli.",
    safe: "Rien n’est signé.",
    next: "Saisissez de nouveau votre mot de passe.",
  },
  "not-allowed": {
    what: "Votre rôle ne permet pas cet acte.",
    safe: nothingChanged,
    next: "Demandez-le au coordinateur du partenariat.",
  },
  "foreign-origin": {
    what: "La demande vient d’un autre site : elle a été refusée.",
    safe: nothingChanged,
    next: "Ouvrez Entente par son adresse habituelle et recommencez.",
  },
  "not-found": {
    what: "Cette chose n’existe pas, ou vous n’y avez pas accès.",
    safe: nothingChanged,
    next: "Revenez à vos partenariats.",
  },
  gone: {
    what: "Cette chose a été retirée.",
    safe: "La preuve de ce qui a été décidé est conservée.",
    next: "Revenez à l’accueil du partenariat.",
  },
  "invalid-input": {
    what: "Une partie de ce que vous avez saisi ne convient pas.",
    safe: inputKept,
    next: "Corrigez les points indiqués et envoyez de nouveau.",
  },
  "malformed-body": {
    what: "La demande est arrivée abîmée.",
    safe: nothingChanged,
    next: "Rechargez la page et recommencez.",
  },
  "body-too-large": {
    what: "L’envoi est trop volumineux.",
    safe: nothingChanged,
    next: "Choisissez un fichier plus petit.",
  },
  "unsupported-media-type": {
    what: "Ce type de fichier n’est pas accepté.",
    safe: nothingChanged,
    next: "Choisissez un fichier PDF.",
  },
  "too-many-requests": {
    what: "Trop d’essais en peu de temps.",
    safe: inputKept,
    next: "Attendez une minute, puis réessayez.",
  },
  conflict: {
    what: "Cela contredit ce qui existe déjà.",
    safe: nothingChanged,
    next: "Rechargez la page pour voir l’état présent.",
  },
  "stale-write": {
    what: "Quelqu’un a modifié la même chose entre-temps.",
    safe: "Son travail est conservé ; le vôtre n’a pas été envoyé.",
    next: "Relisez l’état présent, puis recommencez.",
  },
  "email-taken": {
    what: "Un compte existe déjà avec cette adresse.",
    safe: nothingChanged,
    next: "Connectez-vous avec cette adresse.",
  },
  "invitation-expired": {
    what: "Cette invitation n’est plus valable.",
    safe: "Votre compte n’est pas touché.",
    next: "Demandez au coordinateur de l’envoyer de nouveau.",
  },
  "invitation-for-another": {
    what: "Cette invitation est adressée à une autre adresse que celle de votre compte.",
    safe: nothingChanged,
    next: "Connectez-vous avec l’adresse invitée, ou demandez une nouvelle invitation.",
  },
  "unknown-template": {
    what: "Ce modèle n’existe pas.",
    safe: nothingChanged,
    next: "Choisissez-en un autre dans la galerie.",
  },
  "unknown-parameter": {
    what: "Le modèle ne connaît pas une des données envoyées.",
    safe: nothingChanged,
    next: "Retirez les données signalées et recommencez.",
  },
  "template-invalid": {
    what: "Ce modèle contient une faute et ne peut pas servir.",
    safe: nothingChanged,
    next: "Choisissez un autre modèle ; prévenez l’exploitant.",
  },
  "agreement-frozen": {
    what: "Le texte est figé : il ne change plus.",
    safe: "La version figée est intacte.",
    next: "Pour le modifier, retirez d’abord la décision en cours ou reprenez la rédaction.",
  },
  "agreement-not-drafting": {
    what: "L’accord n’est plus en rédaction.",
    safe: "Son texte est intact.",
    next: "Regardez le parcours de l’accord pour voir où il en est.",
  },
  "checks-failing": {
    what: "Des vérifications signalent des erreurs dans l’accord.",
    safe: "Le texte et les données sont enregistrés.",
    next: "Corrigez les erreurs du panneau Vérifications, puis recommencez.",
  },
  "version-unknown": {
    what: "Cette version n’existe pas.",
    safe: nothingChanged,
    next: "Choisissez une version dans l’historique de l’accord.",
  },
  "content-mismatch": {
    what: "Le texte que vous aviez sous les yeux n’est pas celui qui est soumis.",
    safe: "Votre voix ou votre signature n’a pas été enregistrée.",
    next: "Rechargez la page, relisez le texte, puis recommencez.",
  },
  "rule-invalid": {
    what: "Cette règle de vote ne peut pas s’appliquer.",
    safe: inputKept,
    next: "Corrigez les points indiqués.",
  },
  "decision-not-open": {
    what: "Cette décision n’est pas ouverte au vote.",
    safe: "Les voix déjà enregistrées le restent.",
    next: "Regardez ses dates d’ouverture et de clôture.",
  },
  "not-on-the-roll": {
    what: "Votre organisation n’est pas inscrite à cette décision.",
    safe: nothingChanged,
    next: "Demandez au coordinateur de vérifier la liste du comité.",
  },
  "ballot-already-cast": {
    what: "Votre organisation a déjà voté.",
    safe: "Sa voix est enregistrée et inchangée.",
    next: "La règle ne permet pas de la changer.",
  },
  "not-a-delegate": {
    what: "Vous n’êtes pas délégué de votre organisation dans ce comité.",
    safe: nothingChanged,
    next: "Demandez au coordinateur qui vote pour votre organisation.",
  },
  "not-a-signatory": {
    what: "Vous n’êtes pas signataire de cet accord.",
    safe: nothingChanged,
    next: "Le coordinateur désigne les signataires de chaque partie.",
  },
  "already-signed": {
    what: "Vous avez déjà signé.",
    safe: "Votre signature est dans le document.",
    next: "Il n’y a rien d’autre à faire.",
  },
  "not-your-turn": {
    what: "Ce n’est pas encore votre tour de signer.",
    safe: nothingChanged,
    next: "Vous serez prévenu quand les signataires précédents auront signé.",
  },
  "consent-missing": {
    what: "Votre consentement n’a pas été coché.",
    safe: "Rien n’est signé.",
    next: "Lisez le texte, cochez le consentement, puis signez.",
  },
  "request-not-open": {
    what: "Cette demande de signature n’est pas ouverte.",
    safe: "Les signatures déjà données sont conservées.",
    next: "Regardez le parcours de l’accord pour voir où il en est.",
  },
  "not-approved": {
    what: "Cette version n’a pas été approuvée.",
    safe: nothingChanged,
    next: "Proposez-la d’abord à la décision du comité.",
  },
  "update-malformed": {
    what: "Une modification est arrivée abîmée et n’a pas été retenue.",
    safe: "Le texte sur le serveur est intact.",
    next: "Rechargez la page avant de continuer.",
  },
  "update-invalid": {
    what: "Une modification ne respecte pas la forme d’un accord et n’a pas été retenue.",
    safe: "Le texte sur le serveur est intact.",
    next: "Rechargez la page avant de continuer.",
  },
  "document-too-large": {
    what: "L’accord dépasse la taille permise.",
    safe: "Ce qui précède est enregistré.",
    next: "Raccourcissez le texte ou déplacez une partie dans un autre accord.",
  },
  "not-a-pdf": {
    what: "Ce fichier n’est pas un PDF.",
    safe: "Il n’a pas été conservé.",
    next: "Choisissez le PDF signé.",
  },
  "blob-corrupt": {
    what: "Le fichier conservé ne correspond plus à son empreinte.",
    safe: "Il n’a pas été remis : nous ne donnons jamais un fichier altéré.",
    next: "Prévenez l’exploitant : une sauvegarde doit le remplacer.",
  },
  "storage-full": {
    what: "Le serveur n’a plus de place.",
    safe: "Ce qui était enregistré le reste ; ceci ne l’est pas.",
    next: "Prévenez l’exploitant, gardez une copie de votre texte.",
  },
  "backup-damaged": {
    what: "La sauvegarde est abîmée.",
    safe: "Rien n’a été écrit.",
    next: "Prévenez l’exploitant : prenez une autre sauvegarde.",
  },
  "restore-unfinished": {
    what: "Le serveur est en cours de restauration.",
    safe: "La sauvegarde est intacte.",
    next: "Revenez quand l’exploitant aura terminé.",
  },
  "too-busy": {
    what: "Le serveur est très occupé.",
    safe: inputKept,
    next: "Réessayez dans un instant.",
  },
  "log-malformed": {
    what: "Ce journal de décisions ne peut pas être lu.",
    safe: "L’original, sur le serveur, est intact.",
    next: "Demandez une nouvelle copie du journal.",
  },
  "roll-too-large": {
    what: "Cette liste de votants est trop longue pour ce calcul.",
    safe: "Le vote lui-même n’est pas concerné.",
    next: "Regroupez des votants ou renoncez à ce calcul.",
  },
  unexpected: {
    what: "Une erreur inattendue s’est produite. Elle est de notre fait.",
    safe: "Ce qui était enregistré le reste.",
    next: "Réessayez ; si elle revient, prévenez l’exploitant.",
  },
};
