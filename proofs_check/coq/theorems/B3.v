(* B3. The elementary inequality: log(1 + x) <= x - x^2/(2 + 4x/3) for every x > -1, with equality at 0 only in the limit
   of a zero of order 4. It turns the moments of Q - 1 into a decrease of the isometry gap. *)

From Haarmite Require Import lemmas.
Open Scope R_scope.

Definition B3_slack (x : R) : R := x - x ^ 2 / (2 + 4 * x / 3) - ln (1 + x).

Lemma B3_slack_derive : forall x : R, -1 < x ->
  is_derive B3_slack x (x ^ 3 * (4 / ((6 + 4 * x) ^ 2 * (1 + x)))).
Proof.
  intros x Hx. unfold B3_slack. auto_derive.
  - repeat split; lra.
  - field. repeat split; lra.
Qed.

Lemma B3_factor_positive : forall x : R, -1 < x -> 0 < 4 / ((6 + 4 * x) ^ 2 * (1 + x)).
Proof.
  intros x Hx. apply Rdiv_lt_0_compat; [lra |]. apply Rmult_lt_0_compat; [apply pow_lt; lra | lra].
Qed.

Lemma B3_slack_at_0 : 0 <= B3_slack 0.
Proof. right. unfold B3_slack. rewrite Rplus_0_r, ln_1. field. Qed.

(* log(1 + x) <= x - x^2/(2 + 4x/3) for x > -1 *)
Theorem B3_elementary_inequality :
  forall x : R, -1 < x -> ln (1 + x) <= x - x ^ 2 / (2 + 4 * x / 3).
Proof.
  intros x Hx. apply slack_nonneg. change (0 <= B3_slack x). destruct (Rle_dec 0 x) as [Hpos | Hneg].
  - apply (on_right_ray B3_slack 0); [exact B3_slack_at_0 | | exact Hpos]. intros y Hy.
    exists (y ^ 3 * (4 / ((6 + 4 * y) ^ 2 * (1 + y)))). split; [apply B3_slack_derive; lra |].
    apply Rmult_le_pos; [apply pow_le; lra | left; apply B3_factor_positive; lra].
  - apply (from_right_end B3_slack x 0); [exact B3_slack_at_0 | | lra]. intros y Hy.
    exists (y ^ 3 * (4 / ((6 + 4 * y) ^ 2 * (1 + y)))). split; [apply B3_slack_derive; lra |].
    assert (0 < 4 / ((6 + 4 * y) ^ 2 * (1 + y))) by (apply B3_factor_positive; lra).
    assert (0 <= (- y) ^ 3) by (apply pow_le; lra). nra.
Qed.

(* From the inequality to expectations: for weights w_i >= 0 of sum 1 and points x_i > -1 of mean 0 (two points written
   out), the mean of log(1 + x) is at most minus the mean of x^2/(2 + 4x/3). *)
Theorem B3_mean_of_two_points :
  forall w x y : R, 0 <= w <= 1 -> -1 < x -> -1 < y -> w * x + (1 - w) * y = 0 ->
  w * ln (1 + x) + (1 - w) * ln (1 + y) <= - (w * (x ^ 2 / (2 + 4 * x / 3)) + (1 - w) * (y ^ 2 / (2 + 4 * y / 3))).
Proof.
  intros w x y Hw Hx Hy Hmean.
  pose proof (B3_elementary_inequality x Hx). pose proof (B3_elementary_inequality y Hy).
  assert (w * ln (1 + x) <= w * (x - x ^ 2 / (2 + 4 * x / 3))) by (apply Rmult_le_compat_l; lra).
  assert ((1 - w) * ln (1 + y) <= (1 - w) * (y - y ^ 2 / (2 + 4 * y / 3))) by (apply Rmult_le_compat_l; lra).
  lra.
Qed.

Definition every_theorem := (B3_elementary_inequality, (B3_mean_of_two_points, I)).
