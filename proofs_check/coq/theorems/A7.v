(* A7. For every kernel map kappa(r) = sum_j p_j r^j with p_j >= 0, p_0 = 0, sum 1 (which Mehler's formula gives for every
   centred, normalised activation), one layer divides |rho|/(1-|rho|) by at least 2 - p_1. *)

From Haarmite Require Import lemmas.
Open Scope R_scope.

(* kappa(r) <= p_1 r + (1 - p_1) r^2 on [0, 1] *)
Theorem A7_two_term_majorant :
  forall (p : nat -> R), (forall j, 0 <= p j) -> p 0%nat = 0 -> is_series p 1 ->
  forall r : R, 0 <= r <= 1 -> 0 <= PSeries p r <= p 1%nat * r + (1 - p 1%nat) * r ^ 2.
Proof.
  intros p Hp Hzero Hsum r Hr. destruct (kernel_map_below p r 1 Hp Hsum Hr) as [Hlow Hhigh].
  split; [exact Hlow |]. apply (Rle_trans _ _ _ Hhigh).
  rewrite sum_Sn, sum_O. unfold plus. cbn -[pow]. rewrite Hzero. right. ring.
Qed.

Lemma A7_linear_share : forall (p : nat -> R), (forall j, 0 <= p j) -> p 0%nat = 0 -> is_series p 1 -> 0 <= p 1%nat <= 1.
Proof.
  intros p Hp Hzero Hsum. split; [apply Hp |].
  assert (H : is_series (fun j => - p j) (- (1))) by (apply (is_series_opp p 1 Hsum)).
  apply (partial_sum_above _ _ 1) in H; [| intros n _; specialize (Hp n); lra].
  rewrite sum_Sn, sum_O in H. unfold plus in H. cbn in H. lra.
Qed.

(* kappa < 1 and kappa/(1 - kappa) <= r/(1 - r)/(2 - p_1) on [0, 1) *)
Theorem A7_contraction :
  forall (p : nat -> R), (forall j, 0 <= p j) -> p 0%nat = 0 -> is_series p 1 ->
  forall r : R, 0 <= r < 1 ->
  PSeries p r < 1 /\ (2 - p 1%nat) * (PSeries p r / (1 - PSeries p r)) <= r / (1 - r).
Proof.
  intros p Hp Hzero Hsum r Hr.
  destruct (A7_linear_share p Hp Hzero Hsum) as [Ha Hb].
  destruct (A7_two_term_majorant p Hp Hzero Hsum r) as [Hk Hu]; [lra |].
  set (k := PSeries p r) in *. set (a := p 1%nat) in *.
  assert (Hone : 1 - (a * r + (1 - a) * r ^ 2) = (1 - r) * (1 + (1 - a) * r)) by ring.
  assert (Hfactor : 0 < 1 + (1 - a) * r) by nra.
  assert (Hbelow : 0 < (1 - r) * (1 + (1 - a) * r)) by (apply Rmult_lt_0_compat; lra).
  split; [lra |].
  assert (Hslack : 0 <= r * (1 - k) - (2 - a) * k * (1 - r)).
  { assert (k * (r + (2 - a) * (1 - r)) <= (a * r + (1 - a) * r ^ 2) * (r + (2 - a) * (1 - r)))
      by (apply Rmult_le_compat_r; nra).
    assert (0 <= r * (1 - (a * r + (1 - a) * r ^ 2)) - (2 - a) * (a * r + (1 - a) * r ^ 2) * (1 - r)); [| lra].
    replace (r * (1 - (a * r + (1 - a) * r ^ 2)) - (2 - a) * (a * r + (1 - a) * r ^ 2) * (1 - r))
      with (r * (1 - r) ^ 2 * (1 - a) ^ 2) by ring.
    apply Rmult_le_pos; [apply Rmult_le_pos; [lra |] |]; apply square_nonneg. }
  assert (E : r / (1 - r) - (2 - a) * (k / (1 - k)) = (r * (1 - k) - (2 - a) * k * (1 - r)) / ((1 - r) * (1 - k)))
    by (field; lra).
  assert (0 <= (r * (1 - k) - (2 - a) * k * (1 - r)) / ((1 - r) * (1 - k))); [| lra].
  apply quotient_of_nonneg; [exact Hslack | apply Rmult_le_pos; lra].
Qed.

(* |kappa(-r)| <= kappa(r) for 0 <= r <= 1 *)
Theorem A7_negative_correlations :
  forall (p : nat -> R), (forall j, 0 <= p j) -> is_series p 1 ->
  forall r : R, 0 <= r <= 1 -> Rabs (PSeries p (- r)) <= PSeries p r.
Proof.
  intros p Hp Hsum r Hr.
  assert (Hpow : forall n, 0 <= r ^ n <= 1).
  { intro n. split; [apply pow_le; lra |]. rewrite <- (pow1 n). apply pow_incr. lra. }
  assert (Habs : forall n, Rabs (p n * (- r) ^ n) = p n * r ^ n).
  { intro n. rewrite Rabs_mult, <- RPow_abs, Rabs_Ropp, (Rabs_pos_eq r), (Rabs_pos_eq (p n)); [reflexivity | apply Hp | lra]. }
  assert (Hex : ex_series (fun n => Rabs (p n * (- r) ^ n))).
  { apply (ex_series_le (fun n => Rabs (p n * (- r) ^ n)) p); [| exists 1; exact Hsum].
    intro n. unfold norm; simpl. unfold abs; simpl. rewrite Rabs_Rabsolu, Habs. specialize (Hp n). specialize (Hpow n). nra. }
  unfold PSeries. apply (Rle_trans _ _ _ (Series_Rabs _ Hex)). right. apply Series_ext. exact Habs.
Qed.

Definition every_theorem := (A7_two_term_majorant, (A7_contraction, (A7_negative_correlations, I))).
