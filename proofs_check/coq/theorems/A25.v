(* A25. Gaussian integrals of tanh: E tanh(Z)^2 over [-M, M] for every M >= 8, so
   in the limit too: the middle by the tactic [integral], the tails by int_L^oo exp(-x^2/2) <= exp(-L^2/2)/L. *)

From Haarmite Require Import lemmas.
Open Scope R_scope.

Lemma tanh_continuous : forall x : R, continuous tanh x.
Proof. intro x. apply (ex_derive_continuous tanh x). eexists. apply tanh_derive. Qed.

Lemma tanh_bounded : forall x : R, -1 <= tanh x <= 1.
Proof.
  intro x. rewrite tanh_as_exp. pose proof (exp_pos (2 * x)).
  assert (0 < / (exp (2 * x) + 1)) by (apply Rinv_0_lt_compat; lra).
  assert (/ (exp (2 * x) + 1) <= / 1) by (apply Rinv_le_contravar; lra). rewrite Rinv_1 in *. unfold Rdiv. lra.
Qed.

Lemma middle : 9883 / 10000 <= RInt (fun x => tanh x ^ 2 * bell x) (-8) 8 <= 9884 / 10000.
Proof.
  rewrite (RInt_ext _ (fun x => (1 - 2 / (exp (2 * x) + 1)) ^ 2 * exp (- x ^ 2 / 2))).
  - integral with (i_fuel 500, i_relwidth 20).
  - intros x _. rewrite tanh_as_exp. reflexivity.
Qed.

(* sqrt(2 pi) E[tanh(Z)^2; |Z| <= M] lies between 0.9882 and 0.9885 for every M >= 8 *)
Theorem A25_second_moment_of_tanh :
  forall M : R, 8 <= M ->
  9882 / 10000 <= RInt (fun x => tanh x ^ 2 * exp (- x ^ 2 / 2)) (- M) M <= 9885 / 10000.
Proof.
  intros M HM. pose proof middle as Hmiddle.
  apply (gaussian_truncated (fun x => tanh x ^ 2) 8 M) in Hmiddle.
  - assert (exp (- 8 ^ 2 / 2) <= 1 / 10 ^ 6) by interval. unfold bell in Hmiddle. lra.
  - lra.
  - intro x. apply (ex_derive_continuous (fun y => tanh y ^ 2) x). auto_derive. exact I.
  - intro x. apply Rabs_le. pose proof (tanh_bounded x). nra.
Qed.

Definition every_theorem := (A25_second_moment_of_tanh, I).
