(* B7. The chain from the worst spectrum to the depth scale: with one eigenvalue 1 - delta and d - 1 equal ones, gap phi and
   one-step decrease at least delta^2/((d-1)(d+2)), phi divided by the decrease is at most ((d-1)(d+2)/d)(1 + d phi). *)

From Haarmite Require Import lemmas.
Open Scope R_scope.

Lemma exp_above_line : forall y : R, 1 + y <= exp y.
Proof. exact exp_ineq1_le. Qed.

(* y/(1 + y) <= 1 - e^(-y) for y >= 0 *)
Theorem B7_gap_share :
  forall y : R, 0 <= y -> y / (1 + y) <= 1 - exp (- y).
Proof.
  intros y Hy. rewrite exp_Ropp. pose proof (exp_above_line y).
  assert (/ exp y <= / (1 + y)) by (apply Rinv_le_contravar; lra).
  replace (y / (1 + y)) with (1 - / (1 + y)) by (field; lra). lra.
Qed.

(* x/(1 + x) <= log(1 + x) for x > -1: the tangent that makes n log(1 + delta/n) increase in n. *)
Theorem B7_tangent :
  forall x : R, -1 < x -> x / (1 + x) <= ln (1 + x).
Proof.
  intros x Hx. assert (H : ln (/ (1 + x)) <= / (1 + x) - 1).
  { assert (0 < / (1 + x)) by (apply Rinv_0_lt_compat; lra).
    pose proof (exp_above_line (ln (/ (1 + x)))) as E. rewrite exp_ln in E by assumption. lra. }
  rewrite ln_Rinv in H by lra. replace (x / (1 + x)) with (1 - / (1 + x)) by (field; lra). lra.
Qed.

Definition spread (delta n : R) : R := n * ln (1 + delta / n).

Lemma spread_increases : forall delta n : R, 0 < delta -> 1 <= n -> ln (1 + delta) <= spread delta n.
Proof.
  intros delta n Hdelta Hn.
  assert (0 <= spread delta n - ln (1 + delta)); [| lra].
  apply (on_right_ray (fun m => spread delta m - ln (1 + delta)) 1); [| | exact Hn].
  - right. unfold spread. replace (delta / 1) with delta by field. ring.
  - intros m Hm. assert (0 < delta / m) by (apply Rdiv_lt_0_compat; lra).
    exists (ln (1 + delta / m) - (delta / m) / (1 + delta / m)). split.
    + unfold spread. auto_derive; [repeat split; lra |]. unfold Rdiv. field. repeat split; nra.
    + pose proof (B7_tangent (delta / m)). lra.
Qed.

(* The gap times d of the spectrum (1 - delta, 1 + delta/n, ..., 1 + delta/n), n = d - 1. *)
Definition total_gap (delta n : R) : R := - ln (1 - delta) - spread delta n.

(* y = d phi <= -log(1 - delta^2) *)
Theorem B7_gap_bound :
  forall delta n : R, 0 < delta < 1 -> 1 <= n ->
  - ln (1 - delta) - n * ln (1 + delta / n) <= - ln (1 - delta ^ 2).
Proof.
  intros delta n Hdelta Hn. pose proof (spread_increases delta n) as H. unfold spread in H.
  replace (1 - delta ^ 2) with ((1 - delta) * (1 + delta)) by ring. rewrite ln_mult by lra. lra.
Qed.

Lemma total_gap_nonneg : forall delta n : R, 0 < delta < 1 -> 1 <= n -> 0 <= total_gap delta n.
Proof.
  intros delta n Hdelta Hn. unfold total_gap, spread.
  assert (Hmine : ln (1 - delta) <= - delta).
  { pose proof (exp_above_line (ln (1 - delta))) as E. rewrite exp_ln in E by lra. lra. }
  assert (0 < delta / n) by (apply Rdiv_lt_0_compat; lra).
  assert (Htheirs : ln (1 + delta / n) <= delta / n).
  { pose proof (exp_above_line (ln (1 + delta / n))) as E. rewrite exp_ln in E by lra. lra. }
  assert (n * ln (1 + delta / n) <= n * (delta / n)) by (apply Rmult_le_compat_l; lra).
  replace (n * (delta / n)) with delta in * by (field; lra). lra.
Qed.

(* phi/decrease <= ((d-1)(d+2)/d)(1 + d phi) for every decrease >= delta^2/((d-1)(d+2)), d phi the total gap *)
Theorem B7_chain :
  forall delta d phi decrease : R, 0 < delta < 1 -> 2 <= d ->
  d * phi = - ln (1 - delta) - (d - 1) * ln (1 + delta / (d - 1)) ->
  delta ^ 2 / ((d - 1) * (d + 2)) <= decrease ->
  phi / decrease <= (d - 1) * (d + 2) / d * (1 + d * phi).
Proof.
  intros delta d phi decrease Hdelta Hd Hphi Hdecrease.
  assert (Hy : 0 <= d * phi).
  { rewrite Hphi. apply (total_gap_nonneg delta (d - 1)); lra. }
  assert (Hshare : d * phi <= delta ^ 2 * (1 + d * phi)).
  { pose proof (B7_gap_share (d * phi) Hy) as Hs.
    assert (Hb : d * phi <= - ln (1 - delta ^ 2)) by (rewrite Hphi; apply B7_gap_bound; lra).
    assert (He : 1 - delta ^ 2 <= exp (- (d * phi))).
    { rewrite <- (exp_ln (1 - delta ^ 2)) at 1 by nra.
      destruct Hb as [Hb | Hb]; [left; apply exp_increasing; lra | right; f_equal; lra]. }
    assert (d * phi / (1 + d * phi) <= delta ^ 2) by lra.
    replace (d * phi) with (d * phi / (1 + d * phi) * (1 + d * phi)) at 1 by (field; lra).
    apply Rmult_le_compat_r; lra. }
  assert (Hden : 0 < (d - 1) * (d + 2)) by nra.
  assert (Hsq : 0 < delta ^ 2) by (apply pow_lt; lra).
  assert (Hfloor : 0 < delta ^ 2 / ((d - 1) * (d + 2))) by (apply Rdiv_lt_0_compat; lra).
  assert (Hphi0 : 0 <= phi).
  { apply (Rmult_le_reg_l d); lra. }
  apply (Rle_trans _ (phi / (delta ^ 2 / ((d - 1) * (d + 2))))).
  - unfold Rdiv at 1 2. apply Rmult_le_compat_l; [exact Hphi0 |]. apply Rinv_le_contravar; lra.
  - replace (phi / (delta ^ 2 / ((d - 1) * (d + 2)))) with ((d * phi) / delta ^ 2 * ((d - 1) * (d + 2) / d)) by (field; lra).
    replace ((d - 1) * (d + 2) / d * (1 + d * phi)) with ((1 + d * phi) * ((d - 1) * (d + 2) / d)) by (field; lra).
    apply Rmult_le_compat_r; [left; apply Rdiv_lt_0_compat; lra |].
    apply (Rmult_le_reg_r (delta ^ 2)); [exact Hsq |].
    replace (d * phi / delta ^ 2 * delta ^ 2) with (d * phi) by (field; lra). lra.
Qed.

Definition every_theorem := (B7_gap_share, (B7_tangent, (B7_gap_bound, (B7_chain, I)))).
