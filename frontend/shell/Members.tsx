import { useTranslation } from "react-i18next";
import { Navigate, Outlet, useLocation } from "react-router";
import { useAccount } from "../identity/index.tsx";
import { Loading } from "../ui/Loading.tsx";

/** Pages for signed-in people: others sign in first and then come back here. */
export function Members() {
  const { t } = useTranslation();
  const account = useAccount();
  const { pathname, search } = useLocation();
  if (account === undefined) {
    return (
      <div className="page">
        <Loading words={t("loading.page")} />
      </div>
    );
  }
  if (account === null) {
    const next = pathname === "/" ? "" : `?next=${encodeURIComponent(pathname + search)}`;
    return <Navigate to={`/sign-in${next}`} replace />;
  }
  return <Outlet />;
}
